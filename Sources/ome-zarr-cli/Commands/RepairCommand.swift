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
            or copied. What is interrupted is gone on with by the same command. Exit status 0 when the output is whole.

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
        guard let place = try StorePath(path), place.store is DirectoryStore else {
            throw Refusal("\(path) is an archive, of which no part can be written again: convert the input again")
        }
        Interruption.listen()
        var check = try self.check(place)
        guard let manifest = check.manifest else {
            throw Refusal(
                check.isUnfinished
                    ? "\(path) is unfinished: go on with it by 'ome-zarr convert … --resume'"
                    : "\(path) has no manifest that says what is sound in it: convert the input again")
        }
        if let identity = check.identity, CopyCheck.isCopy(identity) {
            return try repairCopy(place, identity, manifest)
        }
        let (command, prepared) = try check.conversion(of: from)
        try check.checkObjects()
        try check.compare(against: from)
        try refuseOther(check, prepared, manifest)
        let report = VerifyReport(path: path, json: json, quiet: quiet)
        if check.found.count == 0 && !check.isUnfinished { return report.print(check) }
        report.printFindings(check)

        let damage = ConversionOutput.Damage(
            manifest: manifest, found: check.found, identity: check.identity ?? prepared.identity,
            arrays: try prepared.arrayKeys)
        if let folder = place.store as? DirectoryStore, let link = damage.arrays.first(where: folder.leadsThroughLink) {
            throw Refusal("\(link) in \(path) is a symbolic link, through which nothing is written: replace it first")
        }
        try command.write(prepared, to: ConversionOutput(path: path, isRepair: true), .damaged(damage), [])
        var again = try self.check(place)
        try again.checkObjects()
        report.print(again)
        if again.found.count > 0 { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func repairCopy(
        _ place: StorePath, _ identity: ConversionIdentity, _ manifest: ManifestContents
    ) throws {
        var check = try self.check(place)
        try check.checkObjects()
        let report = VerifyReport(path: path, json: json, quiet: quiet)
        report.printFindings(check)
        try CopyRepair(
            path: path, input: from, identity: identity, manifest: manifest, effort: effort, isQuiet: quiet || json
        ).run(check)
        var again = try self.check(place)
        try again.checkObjects()
        report.print(again)
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
            finding.isOfInput && sound.contains { finding.key.path.utf8.starts(with: ($0.path + "/").utf8) }
        }
        guard let other else { return }
        throw Refusal(
            "\(from) is not what \(path) was made of: \(other.key) is as it was written, and its pixels differ; nothing "
                + "was changed")
    }

    private func check(_ place: StorePath) throws -> OutputCheck {
        try OutputCheck(place, path: path, effort: effort, isQuiet: quiet || json)
    }
}
