import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr copy`: a Zarr becomes another one with the same pixels.
struct CopyCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copies a Zarr: into other chunks, shards, codecs, another version or an archive.",
        discussion: """
            Copies everything: all levels as they are, series, plates, labels, plain groups and arrays, attributes and \
            documents. What is not asked for stays; where nothing but the container or the version changes, no chunk is \
            decoded. N5 becomes OME-Zarr 0.5. An output that ends in .ozx becomes one file, a zipped OME-Zarr.

            With --region, --z, --t or --c a part of an image is copied, or the same part of each image of a collection, with \
            its labels, or of a plain array. It stays where it lay; the coarser levels are made anew from it, by the same factors and method.

            Examples:
              ome-zarr copy cells.ome.zarr cells.ozx
              ome-zarr copy old.zarr new.ome.zarr --ome-version 0.5
              ome-zarr copy cells.ome.zarr sharded.ome.zarr --chunk 64,128,128 --shard 256MB
              ome-zarr copy cells.ome.zarr small.ome.zarr --codec zstd:15
              ome-zarr copy cells.ome.zarr part.ome.zarr --region 512,512,1024,1024 --c DAPI
              ome-zarr copy embryo.n5 embryo.ome.zarr --dry-run
            """)

    @Argument(help: "The Zarr or N5: a folder, an archive, or a part of one.", transform: PathArgument.nonempty)
    var input: String

    @Argument(
        help: "The folder or archive to write, such as cells.ome.zarr or cells.ozx.", transform: PathArgument.nonempty)
    var output: String

    @OptionGroup var arguments: CopyArguments

    @OptionGroup(title: "The part to take") var selection: SelectionOptions

    @Flag(
        help:
            "Go on with a copy that was interrupted: what is complete is not written again. Starts where nothing is there yet."
    )
    var resume = false

    @Flag(help: "Replace the output if it is a Zarr.")
    var overwrite = false

    @Flag(help: "Print what would be written, and write nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object a line: the plan, the progress, the result.")
    var json = false

    @Flag(help: "Print nothing but errors and what --json or --dry-run ask for.")
    var quiet = false

    func validate() throws {
        guard !resume || !overwrite else {
            throw ValidationError("--resume goes on with what is there and --overwrite starts anew: choose one")
        }
    }

    /// What the identity of a copy begins with: that of a conversion has no such word among its options.
    static let tag = "copy"

    func run() throws {
        let place = try source()
        if !selection.isEmpty, try ImageKind.identify(place.store, place.key).kind != .array {
            return try crop(place)
        }
        let target = ConversionOutput(path: output)
        try target.check(arguments.omeVersion ?? .v05)
        let plan = try plan(place), identity = identity(plan)
        if !quiet && !dryRun { for warning in plan.warnings { Output.note("ome-zarr: warning: \(warning)") } }
        let report = CopyReport(plan: plan, title: output)
        if json { report.printJSON() } else if dryRun { report.printTable() }
        if dryRun { return }

        let state = try target.check(input: input, resume ? .resume : overwrite ? .replace : .keep)
        var display = CopyDisplay(total: plan.pixelBytes, json: json, quiet: quiet)
        if case .finished(let earlier) = state {
            // A copy that keeps the manifest of its source keeps what that says of itself, too.
            let stated = plan.listing == .source ? try ConversionIdentity(statedAt: place) : nil
            try target.refuse(stated ?? identity, unless: earlier)
            return ConversionDisplay(total: 0, json: json, quiet: quiet).alreadyDone(output)
        }
        Interruption.listen()
        try OpenFileLimit.raise()
        let store = try target.open(state, plan, identity, threads: arguments.effort.threadCount)
        let progress = CopyProgress()
        do {
            try target.clear(state, of: store)
            let copy = HierarchyCopy(plan, into: store, spillingTo: target.scratchFolder)
            try Background.run({ try copy.run(progress: progress) }) {
                if Interruption.isRequested { progress.cancel() }
                display.update(progress)
            }
            try target.finish(store, plan)
        } catch {
            display.clear()
            throw target.abandon(store, error)
        }
        display.done(output, progress)
    }

    /// The Zarr to copy.
    func source() throws -> StorePath {
        guard let place = try StorePath(input) else {
            throw UsageError("\(input) is a file that is no Zarr: use 'ome-zarr convert'")
        }
        guard try place.store.size(place.key.appending(ZarrFolder.marker)) == nil else {
            throw Refusal("\(input) is incomplete: the conversion that was to write it did not end; finish it first")
        }
        return place
    }

    /// What becomes of everything in it.
    func plan(_ place: StorePath) throws -> HierarchyCopyPlan {
        var options = arguments.copy
        if !selection.isEmpty { options.part = try selection.part(ofArray: ZarrArray.open(place.store, place.key)) }
        return try HierarchyCopyPlan(
            of: place.store, at: place.key, isArchive: ConversionOutput(path: output).isArchive, options)
    }

    /// What tells this copy from any other.
    func identity(_ plan: HierarchyCopyPlan) -> ConversionIdentity {
        let generator = ConvertCommand.generator
        return plan.identity(
            "\(generator.name) \(generator.version)", of: FilePlace.name(of: input),
            arguments: [Self.tag] + arguments.options)
    }

    // MARK: A part

    private func crop(_ place: StorePath) throws {
        let identification = try ImageKind.identify(place.store, place.key)
        try refuseWhatHasNoParts(identification.kind, place)
        let isArchive = ConversionOutput(path: output).isArchive
        let natural: OMEZarrVersion = identification.zarrFormat == .v2 && !isArchive ? .v04 : .v05
        var kept = Set(KeepOptions.Part.allCases)
        if arguments.chunk != nil { kept.remove(.chunk) }
        if arguments.shard != nil { kept.remove(.shard) }
        if arguments.codec != nil { kept.remove(.codec) }
        try KeepingConversion(
            CommandLine.arguments.dropFirst(2), keeping: kept, arguments.omeVersion ?? natural, from: input, to: output
        ) { command in
            command.options.effort = arguments.effort
            command.continuation.resume = resume
            (command.overwrite, command.dryRun, command.json, command.quiet) = (overwrite, dryRun, json, quiet)
        }.run(warnings: CropRemainder(place).warnings())
    }

    /// Parts are taken of images, each of which says what its axes are.
    private func refuseWhatHasNoParts(_ kind: ImageKind, _ place: StorePath) throws {
        switch kind {
        case .image, .labelImage, .bioFormats2Raw: return
        case .group where try N5Image(place.store, place.key) != nil: return
        case .plate(let parts), .well(let parts), .labels(let parts), .scene(let parts):
            let example = parts.first.map { ", such as \(input)/\($0)" } ?? ""
            throw UsageError("\(input) holds \(kind.phrase): a part is taken of one image, so name one in it\(example)")
        case .array, .group:
            throw UsageError("\(input) holds \(kind.phrase): a part is taken of images")
        }
    }
}
