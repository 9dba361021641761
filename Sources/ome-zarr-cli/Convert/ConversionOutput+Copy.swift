import OMEZarr
import Pyramid
import Zarr

extension ConversionOutput {
    /// Starts a copy, or goes on with one that was interrupted.
    ///
    /// - Parameter state: what ``check(input:_:)`` found.
    func open(
        _ state: State, _ plan: HierarchyCopyPlan, _ identity: ConversionIdentity, threads: Int
    ) throws -> RecordedStore {
        // Of an array of v2 chunks have plain numbers for names, by which --overwrite would not know them.
        let isArray = plan.format == .v2 && plan.nodes.first.map { !$0.isGroup } ?? false
        return try open(state, identity, threads: threads, holdsRoot: !isArchive && !isArray)
    }

    /// Completes a copy.
    func finish(_ store: RecordedStore, _ plan: HierarchyCopyPlan) throws {
        try store.finish(plan.format, isListed: plan.listing == .own)
        if let archive = store.base as? ZipWriter { try archive.finish(comment: OZXRules.comment(.v05)) }
    }

    /// A folder with room for what a copy puts aside: the output, or where the archive will lie.
    var scratchFolder: String { isArchive ? FilePlace.folder(of: path) : path }
}

extension HierarchyCopyPlan.Node {
    fileprivate var isGroup: Bool {
        if case .group = content { return true }
        return false
    }
}
