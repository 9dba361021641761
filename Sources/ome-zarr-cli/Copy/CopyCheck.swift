import OMEZarr
import Pyramid
import Zarr

/// Whether a copy is what copying its input would give: the copy is made again, into nothing, and its manifest compared
/// with that of the output, whose objects were held against it before.
struct CopyCheck {
    /// True where an identity is that of a copy.
    static func isCopy(_ identity: ConversionIdentity) -> Bool { identity.arguments.first == CopyCommand.tag }

    private let command: CopyCommand
    /// What a copy of the input is.
    let plan: HierarchyCopyPlan
    private let path: String
    private let input: String

    /// Plans the copy again.
    ///
    /// - Parameters:
    ///   - path: of the copy.
    ///   - identity: of the copy, as it says.
    /// - Throws: ``Refusal`` where the input is not what was copied, as far as its documents tell.
    init(_ path: String, of input: String, _ identity: ConversionIdentity, _ effort: EffortOptions) throws {
        guard var command = try? CopyCommand.parse(Array(identity.arguments.dropFirst()) + ["--", input, path]) else {
            throw Refusal(
                "the options \(identity.arguments.dropFirst().joined(separator: " ")) are none that this version of "
                    + "ome-zarr understands: use the version that wrote them")
        }
        command.arguments.effort = effort
        plan = try command.plan(command.source())
        guard command.identity(plan).plan == identity.plan, plan.listing == .own else {
            throw Refusal("\(path) is no copy of \(input): what was copied had other arrays or metadata")
        }
        self.command = command
        self.path = path
        self.input = input
    }

    /// Notes every object of the copy that would be another one.
    func compare(_ manifest: ManifestContents, _ found: Discrepancies, isQuiet: Bool) throws {
        let nowhere = DiscardingStore(keeping: [try StoreKey(Manifest.file)])
        try copy(into: RecordedStore(nowhere, command.identity(plan)), "comparing", isQuiet: isQuiet)
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

    /// Copies into a store that knows what need not be written, and completes it.
    func copy(into store: RecordedStore, _ label: String, isQuiet: Bool) throws {
        let progress = CopyProgress(), plan = plan, folder = ConversionOutput(path: path).scratchFolder
        var bar = ProgressBar(label, isQuiet: isQuiet)
        defer { bar.clear() }
        try Background.run({
            try HierarchyCopy(plan, into: store, spillingTo: folder).run(progress: progress)
            try store.finish(plan.format)
        }) {
            if Interruption.isRequested { progress.cancel() }
            bar.update(progress.pixelBytesDone, of: plan.pixelBytes)
        }
    }
}
