public import Zarr

extension Manifest {
    /// Notes what was changed in a finished output on purpose, so that it is not taken for damage: objects that are new
    /// or other than before, and those that are gone. Nothing happens where there is no manifest.
    ///
    /// - Parameters:
    ///   - keys: of objects, or of groups and arrays with everything below them.
    ///   - root: the group that holds the manifest's.
    /// - Throws: ``ZarrError`` where the manifest is damaged or cannot be written.
    public static func update(_ store: any WritableStore, _ keys: [StoreKey], root: StoreKey = .root) throws {
        guard let old = try ManifestContents(store, root) else { return }
        func isChanged(_ key: StoreKey) -> Bool {
            keys.contains { key == $0 || key.path.utf8.starts(with: ($0.path + "/").utf8) || $0 == .root }
        }
        var lines = old.filter { !isChanged($0.key) }.map { ($0.key, $0.stamp ?? ObjectStamp.nothing) }
        for key in keys { try stamps(store, key, relativeTo: root) { lines.append(($0, $1)) } }
        lines.sort { $0.0.path.utf8.lexicographicallyPrecedes($1.0.path.utf8) }
        var text = "\(heading)\nprogram \(old.program)\ninput \(old.input)\nplan \(old.plan)\n"
        for (key, stamp) in lines { text += line(key, stamp) }
        try store.write(root.appending(file), Array(text.utf8))
    }

    /// - Parameter key: relative to the root, as are those that are told.
    private static func stamps(
        _ store: any ReadableStore, _ key: StoreKey, relativeTo root: StoreKey,
        _ body: (StoreKey, ObjectStamp) throws -> Void
    ) throws {
        if key.path == file { return }
        if let stamp = try store.stamp(of: root.appending(key.path)) { return try body(key, stamp) }
        for name in try store.list(root.appending(key.path)) {
            try stamps(store, key.appending(name), relativeTo: root, body)
        }
    }
}
