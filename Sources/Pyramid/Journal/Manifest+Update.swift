public import Zarr

extension Manifest {
    /// Says that objects, groups or arrays are about to be changed on purpose, so that whatever an interruption leaves of
    /// them is not taken for damage. Nothing happens where there is no manifest.
    ///
    /// - Parameters:
    ///   - keys: of objects, or of groups and arrays with everything below them; nothing needs to be there yet.
    ///   - root: the group that holds the manifest's.
    /// - Throws: ``ZarrError`` where the manifest is damaged or cannot be written.
    public static func announce(_ store: any WritableStore, _ keys: [StoreKey], root: StoreKey = .root) throws {
        guard let old = try ManifestContents(store, root) else { return }
        let new = keys.filter { !old.changing.contains($0) }.map { ManifestContents.Entry(key: $0, kind: .changing) }
        if !new.isEmpty { try rewrite(store, root, old, Array(old) + new) }
    }

    /// Notes what was changed in a finished output on purpose, so that it is not taken for damage: objects that are new
    /// or other than before, and those that are gone. Nothing happens where there is no manifest.
    ///
    /// - Parameters:
    ///   - keys: of objects, or of groups and arrays with everything below them.
    ///   - root: the group that holds the manifest's.
    /// - Throws: ``ZarrError`` where the manifest is damaged or cannot be written.
    public static func update(_ store: any WritableStore, _ keys: [StoreKey], root: StoreKey = .root) throws {
        guard let old = try ManifestContents(store, root) else { return }
        var entries = old.filter { entry in !keys.contains { $0.isAtOrAbove(entry.key.path) } }
        for key in keys {
            if try !store.list(root.appending(key.path)).isEmpty {
                entries.append(ManifestContents.Entry(key: key, kind: .added))
            }
            try stamps(store, key, relativeTo: root) { entries.append(ManifestContents.Entry(key: $0, stamp: $1)) }
        }
        try rewrite(store, root, old, entries)
    }

    private static func rewrite(
        _ store: any WritableStore, _ root: StoreKey, _ old: ManifestContents, _ entries: [ManifestContents.Entry]
    ) throws {
        var text = header(program: old.program, input: old.input, plan: old.plan)
        for entry in entries.sorted(by: { $0.key.path.utf8.lexicographicallyPrecedes($1.key.path.utf8) }) {
            text += line(entry)
        }
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
