import ArgumentParser
import OMEZarr
import Zarr

/// `ome-zarr edit`: corrects what an image says of itself.
struct EditCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Changes the name, the channels and the pixel size of an OME-Zarr image in place.",
        discussion: """
            Only metadata are written, each document in one stroke: a reader sees the old or the new. All levels are scaled \
            with the pixel size, and so are the labels of the image. Whatever else the metadata say stays as it was written. \
            OME/METADATA.ome.xml says the same then, and all else that it said; OME/source.ome.xml keeps what the source \
            said. Prints what changes.

            Examples:
              ome-zarr edit cells.ome.zarr --channel-names DAPI,GFP,Cy5 --channel-colors 0000FF,00FF00,FF00FF
              ome-zarr edit cells.ome.zarr --pixel-size 0.325um --dry-run
              ome-zarr edit collection.ome.zarr --series 1 --name overview
              ome-zarr edit cells.ome.zarr --window DAPI:100:4000 --window 1:0:1200
            """)

    @Argument(
        help: "The folder of an image, also one within a collection or a plate, such as plate.ome.zarr/A/1/0.",
        transform: PathArgument.nonempty)
    var path: String

    @OptionGroup(title: "Changes") var changes: ChangeOptions

    @Option(
        help: ArgumentHelp(
            "The values of a channel shown as black and as full colour; the channel by index or name. May be given several "
                + "times.", valueName: "channel:start:end"))
    var window: [WindowArgument] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Which image of a collection, counted from 0.", valueName: "number"))
    var series: Int?

    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object for each change.")
    var json = false

    func run() throws {
        let folder = try ImageFolder(path, series: series)
        _ = try folder.version()
        let image = folder.image, manifest = try OutputManifest(of: folder.store)
        try refuseHalfMadeLevels(image)
        var changes = changes.changes
        // New names count: they are what the user wants the channels to be called.
        let renamed = try UsageError.saying { try changes.applied(to: image.description) }
        for argument in window {
            let channel = try UsageError.saying { try renamed.channel(argument.channel) }
            changes.contrasts[channel] = argument.contrast
        }
        guard !changes.isEmpty else {
            throw UsageError(
                "say what to change: --name, --channel-names, --channel-colors, --window, --pixel-size or --time-increment"
            )
        }
        // The image comes last: until then its labels lie over it only in their own metadata.
        var documents = try labelDocuments(of: image, changes)
        let own = try UsageError.saying { try changes.applied(to: image.attributes, of: image) }
        documents.append((image.key, own.attributes))
        report(own.differences)
        if dryRun { return }
        let keys = try documents.map { try folder.document(of: $0.key) }
        guard !own.differences.isEmpty else {
            // What an edit that was interrupted had still to do.
            try manifest.settle(keys)
            _ = try OutputXML.renew(after: folder, changes)
            return
        }
        try manifest.announce(keys)
        for (key, attributes) in documents { try folder.write(attributes, of: key) }
        try manifest.note(keys)
        try renewCopies(in: folder, changes)
    }

    /// Labels get their levels first: an image with fewer is one whose levels were being made.
    private func refuseHalfMadeLevels(_ image: OMEZarrImage) throws {
        for labels in try image.labels() where labels.levels.count > image.levels.count {
            throw Refusal(
                "\(labels.key) has \(labels.levels.count) levels, its image has \(image.levels.count), as 'ome-zarr pyramid' "
                    + "leaves them where it is interrupted: run 'ome-zarr pyramid \(path) --levels \(labels.levels.count)' "
                    + "first")
        }
    }

    /// Labels have the pixel size of their image.
    private func labelDocuments(
        of image: OMEZarrImage, _ changes: ImageChanges
    ) throws -> [(key: StoreKey, attributes: JSONValue)] {
        guard !changes.spacings.isEmpty else { return [] }
        return try image.labels().map { labels in
            var sizes = ImageChanges()
            sizes.spacings = changes.spacings.filter { labels.description.axis($0.key) != nil }
            return (labels.key, try sizes.applied(to: labels.attributes, of: labels).attributes)
        }
    }

    private func report(_ differences: [ImageChanges.Difference]) {
        for difference in differences {
            if json {
                JSONLines.print(
                    "change",
                    [
                        ("what", .string(difference.what)), ("before", .string(difference.before)),
                        ("after", .string(difference.after)),
                    ])
            } else {
                let before = difference.before.isEmpty ? "unknown" : VisibleText.line(difference.before)
                Output.line("\(difference.what): \(before) -> \(VisibleText.line(difference.after))")
            }
        }
        if differences.isEmpty && !json { Output.line("nothing changes: the image says so already") }
    }

    /// Brings what else says of the image what its own metadata say in line with it, or tells that it is not.
    private func renewCopies(in folder: ImageFolder, _ changes: ImageChanges) throws {
        if let copy = try folder.consolidatedCopy() {
            Output.note("ome-zarr: warning: \(copy) still holds a copy of the old metadata: consolidate them again")
        }
        do {
            if let warning = try OutputXML.renew(after: folder, changes) {
                Output.note("ome-zarr: warning: \(warning)")
            }
        } catch {
            // The image is changed, whatever is wrong with another one beside it.
            Output.note("ome-zarr: warning: OME/METADATA.ome.xml still says what it said before: \(error)")
        }
    }
}

/// `0:100:4000` or `DAPI:100:4000` on the command line.
struct WindowArgument: ExpressibleByArgument {
    let channel: String
    let contrast: ImageChanges.Contrast

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, let start = Double(parts[parts.count - 2]), let end = Double(parts[parts.count - 1])
        else { return nil }
        channel = parts.dropLast(2).joined(separator: ":")
        contrast = ImageChanges.Contrast(start: start, end: end)
    }
}
