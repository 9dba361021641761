import OMEZarr
import Pyramid
import Zarr

/// Whether a copy is what copying its input would give: the copy is made again, into nothing, and its manifest compared
/// with that of the output, whose objects were held against it before.
struct CopyCheck {
    /// True where an identity is that of a copy.
    static func isCopy(_ identity: ConversionIdentity) -> Bool { identity.arguments.first == CopyCommand.tag }

    /// Notes every object of a copy that would be another one.
    ///
    /// - Parameters:
    ///   - path: of the copy.
    ///   - report: is told how far it is.
    /// - Throws: ``Refusal`` where the input is not what was copied, as far as can be told.
    static func compare(
        _ path: String, with input: String, _ identity: ConversionIdentity, _ manifest: ManifestContents,
        _ effort: EffortOptions, _ found: Discrepancies, _ report: @escaping (Int, Int) -> Void
    ) throws {
        guard var command = try? CopyCommand.parse(Array(identity.arguments.dropFirst()) + ["--", input, path]) else {
            throw Refusal(
                "the options \(identity.arguments.dropFirst().joined(separator: " ")) are none that this version of "
                    + "ome-zarr understands: use the version that wrote them")
        }
        command.arguments.effort = effort
        let plan = try command.plan(command.source()), now = command.identity(plan)
        guard now.plan == identity.plan, plan.listing == .own else {
            throw Refusal("\(path) is no copy of \(input): what was copied had other arrays or metadata")
        }
        let manifestKey = try StoreKey(Manifest.file)
        let nowhere = DiscardingStore(keeping: [manifestKey])
        let recorded = RecordedStore(nowhere, now), progress = CopyProgress(), total = plan.pixelBytes
        let folder = ConversionOutput(path: path).scratchFolder
        try Background.run({
            try HierarchyCopy(plan, into: recorded, spillingTo: folder).run(progress: progress)
            try recorded.finish(plan.format)
        }) {
            if Interruption.isRequested { progress.cancel() }
            report(progress.pixelBytesDone, total)
        }
        guard let expected = try ManifestContents(nowhere) else { return }
        // What is called otherwise since is no other input.
        for entry in expected where entry.key.path != Manifest.conversion {
            guard manifest.entry(entry.key)?.stamp != entry.stamp else { continue }
            found.note(entry.key, "is not what a copy of \(input) would have", isOfInput: true)
        }
        for entry in manifest where entry.stamp != nil && expected.entry(entry.key) == nil {
            found.note(entry.key, "is nothing that a copy of \(input) would have", isOfInput: true)
        }
    }
}
