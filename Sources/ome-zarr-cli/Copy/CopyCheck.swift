import OMEZarr
import Pyramid
import Zarr

/// Whether a copy is what copying its input would give: the copy is made again, into nothing, and its manifest compared
/// with that of the output, whose objects were held against it before.
struct CopyCheck {
    /// What a copy of the input is, without what was added to the output since.
    let plan: HierarchyCopyPlan
    private let identity: ConversionIdentity
    private let path: String
    private let input: String

    /// True where an output was copied: from whatever it says, or object by object from the input, which it then says the
    /// same as of how it was made.
    static func applies(to identity: ConversionIdentity, _ input: String) -> Bool {
        identity.arguments.first == CopyCommand.tag || isTwin(input, identity)
    }

    private static func isTwin(_ input: String, _ identity: ConversionIdentity) -> Bool {
        guard let place = try? StorePath(input) else { return false }
        return (try? ConversionIdentity(statedAt: place)) == identity
    }

    /// Plans the copy again.
    ///
    /// - Parameters:
    ///   - path: of the copy.
    ///   - identity: of the copy, as it says.
    ///   - manifest: of the copy.
    /// - Throws: ``Refusal`` where the input is not what was copied, as far as its documents tell.
    init(
        _ path: String, of input: String, _ identity: ConversionIdentity, _ manifest: ManifestContents,
        _ effort: EffortOptions
    ) throws {
        guard try StorePath(input) != nil else {
            let name = identity.source.map { " called \($0)" } ?? ""
            throw Refusal("\(path) was copied from a Zarr\(name), and \(input) is none: give that Zarr")
        }
        let isTwin = Self.isTwin(input, identity), options = isTwin ? [] : Array(identity.arguments.dropFirst())
        guard var command = try? CopyCommand.parse(options + ["--", input, path]) else {
            throw Refusal(
                "the options \(options.joined(separator: " ")) are none that this version of ome-zarr understands: use the "
                    + "version that wrote them")
        }
        command.arguments.effort = effort
        var plan = try command.plan(command.source())
        guard isTwin || command.identity(plan).plan == identity.plan, plan.listing != .none else {
            throw Refusal("\(path) is no copy of \(input): what was copied had other arrays or metadata")
        }
        plan.leaveOut { Self.isOther($0, manifest) }
        self.plan = plan
        self.identity = identity
        self.path = path
        self.input = input
    }

    /// True for what is not copied again: the list itself, what was replaced since, and documents that were removed.
    private static func isOther(_ node: HierarchyCopyPlan.Node, _ manifest: ManifestContents) -> Bool {
        if node.key.path == Manifest.file || manifest.isAdded(node.key) { return true }
        guard case .document = node.content else { return false }
        return manifest.entry(node.key) == nil
    }

    /// Notes every object of the copied arrays that would be another one. Documents are not compared: the manifest knows
    /// them, and they may have been edited since.
    func compare(_ manifest: ManifestContents, _ found: Discrepancies, isQuiet: Bool) throws {
        let nowhere = DiscardingStore(keeping: [try StoreKey(Manifest.file)])
        try copy(into: RecordedStore(nowhere, identity), "comparing", isQuiet: isQuiet)
        guard let expected = try ManifestContents(nowhere) else { return }
        let arrays = Set(plan.nodes.filter(\.isArray).map(\.key))
        func isCompared(_ key: StoreKey) -> Bool {
            !ZarrFolder.documents.contains(key.name) && !manifest.isChanging(key)
                && sequence(first: key, next: \.parent).contains(where: arrays.contains)
        }
        for entry in expected where isCompared(entry.key) && manifest.entry(entry.key)?.stamp != entry.stamp {
            found.note(entry.key, "is not what a copy of \(input) would have", isOfInput: true)
        }
        for entry in manifest where entry.stamp != nil && expected.entry(entry.key) == nil && isCompared(entry.key) {
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

extension HierarchyCopyPlan.Node {
    fileprivate var isArray: Bool {
        switch content {
        case .array, .foreignArray: true
        case .group, .document: false
        }
    }
}
