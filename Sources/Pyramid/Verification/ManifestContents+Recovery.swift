import OMEZarr
public import Zarr

extension ManifestContents {
    /// What a manifest would say of a hierarchy that has lost it, if everything in it were as it should be: of all
    /// documents and all objects of arrays that are there.
    ///
    /// - Parameter identity: how the output was made.
    /// - Throws: ``ZarrError`` where the machine fails.
    public init(recovering store: any ReadableStore, _ identity: ConversionIdentity) throws {
        var lines: [StoreKey: ObjectStamp] = [:]
        func add(_ key: StoreKey) throws { lines[key] = try store.stamp(of: key) }
        _ = try HierarchyWalk.visit(store, .root, limit: Verification.nodeLimit) { key, _, node in
            for name in NodeDocuments.names { try add(key.appending(name)) }
            guard case .success(let node) = node, node.kind == .array, let array = try? ZarrArray.open(store, key)
            else { return }
            _ = try array.storedChunks(limit: .max) { _, chunk, _ in try add(chunk) }
        }
        let group = try StoreKey(Manifest.group)
        for name in try store.list(group) where try StoreKey(Manifest.file) != group.appending(name) {
            try add(group.appending(name))
        }
        var text = Manifest.header(program: identity.program, input: identity.input, plan: identity.plan)
        for (key, stamp) in lines.sorted(by: { $0.key.path.utf8.lexicographicallyPrecedes($1.key.path.utf8) }) {
            text += Manifest.line(Entry(key: key, stamp: stamp))
        }
        try self.init(Array(text.utf8), StoreKey(Manifest.file), store)
        isRecovered = true
    }
}
