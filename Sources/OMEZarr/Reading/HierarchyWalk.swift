package import Zarr

/// Goes through a hierarchy, groups before what is in them, children in the order of their names.
///
/// A node is looked for under every name in a group; files and folders that are none are passed over, as are names that
/// begin with "." or "__", which no node may have.
package struct HierarchyWalk {
    /// A node, or why it cannot be understood.
    package typealias Visited = Result<ZarrNode, ZarrError>

    /// Deeper hierarchies are not gone through: a folder may be a link to one above it.
    package static let depthLimit = 32

    private let store: any ReadableStore
    private var left: Int

    /// Calls `body` with a node and everything below it.
    ///
    /// - Parameters:
    ///   - limit: most names that are looked at.
    ///   - body: is given the key, the groups above it and the node.
    /// - Returns: false where there was more than was looked at.
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the machine fails, and what `body` throws.
    package static func visit(
        _ store: any ReadableStore, _ key: StoreKey, limit: Int, _ body: (StoreKey, Int, Visited) throws -> Void
    ) throws -> Bool {
        var walk = HierarchyWalk(store: store, left: limit)
        return try walk.descend(key, [], body)
    }

    private mutating func descend(
        _ key: StoreKey, _ above: [FolderIdentity?], _ body: (StoreKey, Int, Visited) throws -> Void
    ) throws -> Bool {
        let depth = above.count, node: ZarrNode
        // A link to a group above leads round and round.
        let place = (store as? DirectoryStore)?.folderIdentity(key)
        if place != nil, above.contains(place) { return true }
        do {
            guard let read = try ZarrNode.read(store, key) else { return true }
            node = read
        } catch let error as ZarrError where error.code != .ioFailure {
            try body(key, depth, .failure(error))
            return true
        }
        try body(key, depth, .success(node))
        guard node.kind == .group else { return true }
        var isComplete = true
        for name in try store.list(key) where !name.hasPrefix(".") && !name.hasPrefix("__") {
            left -= 1
            // A file may have a name that no key has.
            guard left >= 0, let below = try? key.appending(name) else {
                if left < 0 { return false }
                continue
            }
            guard depth < Self.depthLimit else { return false }
            isComplete = try descend(below, above + [place], body) && isComplete
        }
        return isComplete
    }
}
