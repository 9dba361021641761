import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr repair`: damaged parts of an output are made again from its input.
struct RepairCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Makes the damaged objects of an OME-Zarr again from its input.",
        discussion: """
            Verifies the output against its manifest and its input, writes again what is missing or damaged and nothing \
            else, and verifies once more. The input must be the one the output was converted from; it may have been moved \
            or copied. Where the manifest is lost every pixel is compared, and documents are taken as they are. What \
            was edited or added since stays. What is interrupted is gone on with by the same command. Exit status 0 when \
            the output is whole.

            Examples:
              ome-zarr repair cells.ome.zarr --from cells.ome.tif
            """)

    @Argument(help: "The folder that 'ome-zarr convert' wrote.", transform: PathArgument.nonempty)
    var path: String

    @Option(help: ArgumentHelp("What it was converted from.", valueName: "input"))
    var from: String

    @OptionGroup var effort: EffortOptions

    @Flag(help: "Print objects for programs.")
    var json = false

    @Flag(help: "Print nothing but findings and errors.")
    var quiet = false

    func run() throws {
        guard let place = try StorePath(path), let folder = place.store as? DirectoryStore else {
            throw Refusal(
                "\(path) is an archive, of which no part can be written again: make it anew, by 'ome-zarr convert' or "
                    + "'ome-zarr copy', as it was made before")
        }
        Interruption.listen()
        let unfinished = try UnfinishedOutput(place.store, place.key)
        if let unfinished, unfinished != .repair { throw unfinished.refusal(path) }
        var check = try self.check(place)
        if let identity = check.identity, CopyCheck.applies(to: identity, from) {
            return try repairCopy(place, identity, check)
        }
        let isGuided = check.manifest != nil
        guard let manifest = try check.recoverManifest() else {
            throw Refusal(
                "\(path) has neither a manifest nor \(Manifest.conversion), so nothing says how it was made: convert the "
                    + "input again, to another name or with --overwrite")
        }
        let (command, prepared) = try check.conversion(of: from)
        if isGuided { try check.checkObjects() }
        try check.compare(against: from)
        try check.checkDecoding()
        try refuseOther(check, prepared, manifest)
        let report = VerifyReport(path: path, json: json, quiet: quiet)
        if check.found.count == 0 && unfinished == nil { return report.print(check) }
        report.printFindings(check)
        try refuseLinks(in: folder, check, prepared)

        let damage = ConversionOutput.Damage(
            manifest: manifest, found: check.found, identity: check.identity ?? prepared.identity)
        try command.write(prepared, to: ConversionOutput(path: path, isRepair: true), .damaged(damage), [])
        var again = try self.check(place)
        try again.checkObjects()
        report.print(again)
        warn(of: again, before: isGuided ? manifest : nil)
        if again.found.count > 0 { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    /// Refuses to write where a link leads elsewhere.
    private func refuseLinks(in folder: DirectoryStore, _ check: OutputCheck, _ prepared: PreparedConversion) throws {
        let arrays = try prepared.arrayKeys
        let damaged = check.found.list.map(\.key).filter { key in arrays.contains { $0.isAtOrAbove(key.path) } }
        guard let link = (arrays + damaged).first(where: folder.leadsThroughLink) else { return }
        throw Refusal("\(link) in \(path) is a symbolic link, through which nothing is written: replace it first")
    }

    /// Says what the input could not bring back.
    ///
    /// - Parameter manifest: what was known of the output before; nil where that was nothing.
    private func warn(of check: OutputCheck, before manifest: ManifestContents?) {
        if quiet { return }
        let edited = (manifest?.filter { ZarrFolder.documents.contains(FilePlace.name(of: $0.key.path)) } ?? []).filter
        {
            entry in !check.found.concerns(entry.key) && check.manifest?.entry(entry.key)?.stamp != entry.stamp
        }
        for entry in edited {
            Output.note(
                "ome-zarr: warning: \(entry.key) is as it was first written: what 'ome-zarr edit' and the like changed since is "
                    + "lost, change it again")
        }
        guard let added = check.found.list.first(where: { check.manifest?.isAdded($0.key) == true }) else { return }
        Output.note(
            "ome-zarr: warning: \(added.key) was added after the conversion and is not in its input: add it again with "
                + "--overwrite")
    }

    private func repairCopy(_ place: StorePath, _ identity: ConversionIdentity, _ check: OutputCheck) throws {
        guard let manifest = check.manifest else {
            throw Refusal(
                "\(path) is a copy without a manifest, so nothing says what is sound in it: copy \(from) once more, with "
                    + "--overwrite")
        }
        var check = check
        try check.checkObjects()
        let report = VerifyReport(path: path, json: json, quiet: quiet)
        report.printFindings(check)
        try CopyRepair(
            path: path, input: from, identity: identity, manifest: manifest, effort: effort, isQuiet: quiet || json
        ).run(check)
        var again = try self.check(place)
        try again.checkObjects()
        report.print(again)
        warn(of: again, before: manifest)
        if again.found.count > 0 { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    /// Refuses an input that is another file than the output was made of, and has other pixels where the output is sound:
    /// what would be written in their place would be of another image.
    private func refuseOther(
        _ check: OutputCheck, _ prepared: PreparedConversion, _ manifest: ManifestContents
    ) throws {
        guard prepared.identity.input != manifest.input else { return }
        // An array whose document is damaged shows other pixels than it holds.
        let sound = try prepared.arrayKeys.filter { array in
            try !ZarrFolder.documents.contains { check.found.concerns(try array.appending($0)) }
        }
        let other = check.found.list.first { finding in
            finding.isOfInput && manifest.entry(finding.key) != nil
                && sound.contains { $0.isAtOrAbove(finding.key.path) }
        }
        guard let other else { return }
        throw Refusal(
            "\(from) is not what \(path) was made of: \(other.key) is as it was written, as far as can be told, and its "
                + "pixels differ; nothing was changed")
    }

    private func check(_ place: StorePath) throws -> OutputCheck {
        try OutputCheck(place, path: path, effort: effort, isQuiet: quiet || json)
    }
}
