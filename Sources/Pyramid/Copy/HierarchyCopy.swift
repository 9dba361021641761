import OMEZarr
public import Zarr

/// Carries out a ``HierarchyCopyPlan``.
///
/// In a folder the documents that make something an image come last, those of the root last of all: what was interrupted
/// never looks finished. In an archive, which appears when it is whole, all documents come first, where readers from afar
/// look for them.
public struct HierarchyCopy: Sendable {
    private let plan: HierarchyCopyPlan
    private let store: any WritableStore
    private let folder: String
    private let objects: ObjectCopy
    private let isArchive: Bool
    /// The store, where it notes what is written.
    private let recorded: RecordedStore?

    /// - Parameters:
    ///   - store: where the copy goes; empty, or a ``RecordedStore`` of what was copied before.
    ///   - folder: where pixels may lie between two passes.
    public init(_ plan: HierarchyCopyPlan, into store: any WritableStore, spillingTo folder: String) {
        self.plan = plan
        self.store = store
        self.folder = folder
        objects = ObjectCopy(source: plan.source, target: store)
        recorded = store as? RecordedStore
        isArchive = (recorded?.base ?? store) is ZipWriter
    }

    /// Copies everything.
    ///
    /// - Throws: errors of the stores and codecs as they are; ``PyramidError`` where it was stopped.
    public func run(progress: CopyProgress = CopyProgress()) throws {
        for node in plan.nodes { try begin(node) }
        var passed = 0
        for node in plan.nodes {
            try progress.check()
            let source = try plan.root.appending(node.key.path)
            switch node.content {
            case .group: break
            case .document: progress.didWrite(try objects.copy(source, to: node.key, ByteBlock()))
            case .foreignArray: try copyBelow(source, node.key, progress, depth: 0)
            case .array(let array):
                try copyChunks(array, source, node.key, progress)
                passed = passed.saturatingAdding(array.pixelBytes)
                progress.didReach(passed)
            }
        }
        for node in plan.nodes.reversed() where comesLast(node) { try write(node) }
    }

    private func copyChunks(
        _ array: ArrayCopyPlan, _ source: StoreKey, _ key: StoreKey, _ progress: CopyProgress
    ) throws {
        guard !array.target.shape.contains(0) else { return }
        let stored = try ZarrArray(array.source, plan.source, source)
        guard let recorded, plan.listing != .none else { return try copy(stored, array, into: store, key, progress) }
        let (objects, ledger) = try recorded.objects(of: key, array.target)
        if ledger.wasWhole { return }
        try copy(stored, array, into: objects, key, progress)
        try ledger.noteAbsent()
    }

    private func copy(
        _ stored: ZarrArray, _ array: ArrayCopyPlan, into store: any WritableStore, _ key: StoreKey,
        _ progress: CopyProgress
    ) throws {
        if case .rechunk(let rechunk) = array.method {
            return try Rechunk(stored, rechunk, from: array.part, into: array.target, store, key, progress).run(
                spillingTo: folder)
        }
        let relay = try ChunkRelay(stored, array, into: store, key, threads: plan.threads(array), progress)
        if array.method == .objects { try relay.copyObjects() } else { try relay.moveChunks() }
    }

    /// Copies all objects below a key but the documents of the node itself.
    private func copyBelow(_ source: StoreKey, _ key: StoreKey, _ progress: CopyProgress, depth: Int) throws {
        let names = try plan.source.list(source)
        for name in names where depth > 0 || !Self.documents(plan.format).contains(name) {
            try progress.check()
            guard let from = try? source.appending(name), let to = try? key.appending(name), depth < 64 else {
                continue
            }
            if try plan.source.size(from) != nil {
                progress.didWrite(try objects.copy(from, to: to, ByteBlock()))
            } else {
                try copyBelow(from, to, progress, depth: depth + 1)
            }
        }
    }
}

// MARK: - Documents

extension HierarchyCopy {
    /// The documents of a node in a format, in the order in which they are written: the last one makes it a node.
    private static func documents(_ format: ZarrFormat) -> [String] {
        format == .v3 ? ["zarr.json"] : [".zattrs", ".zarray", ".zgroup"]
    }

    /// True for what would look whole before it is: the root, and images.
    private func comesLast(_ node: HierarchyCopyPlan.Node) -> Bool {
        if isArchive { return false }
        guard case .group(let attributes) = node.content else {
            // The chunks of v2, whose names are numbers, --overwrite would not know without their array.
            return node.key == .root && plan.format == .v3
        }
        return node.key == .root || OMEAttributes(attributes).members["multiscales"] != nil
    }

    /// Writes the documents of a node that may be seen before what is in it.
    private func begin(_ node: HierarchyCopyPlan.Node) throws {
        guard comesLast(node) else { return try write(node) }
        // An empty group tells --overwrite what an interrupted copy was about to write.
        if node.key != .root { _ = try ZarrGroup.create(store, node.key, format: plan.format) }
    }

    private func write(_ node: HierarchyCopyPlan.Node) throws {
        switch node.content {
        case .document: break
        case .foreignArray: try copyDocuments(node.key)
        case .group(let attributes):
            if plan.keepsDocuments { return try copyDocuments(node.key) }
            _ = try ZarrGroup.create(store, node.key, format: plan.format, attributes: attributes)
        case .array(let array):
            if plan.keepsDocuments { return try copyDocuments(node.key) }
            _ = try ZarrArray.create(store, node.key, array.target)
        }
    }

    /// The documents as they are.
    private func copyDocuments(_ key: StoreKey) throws {
        let source = try plan.root.appending(key.path)
        for name in Self.documents(plan.format) {
            let document = try source.appending(name), place = try key.appending(name)
            if try plan.source.size(document) != nil {
                _ = try objects.copy(document, to: place, ByteBlock())
            } else {
                try store.remove(place)
            }
        }
    }
}
