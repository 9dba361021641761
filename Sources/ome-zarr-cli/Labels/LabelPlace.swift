import Pyramid
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where new labels go in a folder: under a hidden name while they are written, then under their own in one stroke.
struct LabelPlace {
    private let store: DirectoryStore
    private let group: LabelGroup
    private let name: String
    private let final, unfinished, old: StoreKey

    init(_ store: DirectoryStore, _ group: LabelGroup, name: String) throws {
        self.store = store
        self.group = group
        self.name = name
        final = try group.key(of: name)
        unfinished = try group.key(of: ".unfinished-\(name)")
        old = try group.key(of: ".replaced-\(name)")
    }

    /// Whether labels of the name are listed, or something lies in their place.
    func isTaken() throws -> Bool {
        try group.names(in: store).contains(name) || access(path(final), F_OK) == 0
    }

    /// Clears what an interrupted attempt left.
    ///
    /// - Returns: where to write.
    func prepare() throws -> StoreKey {
        try store.remove(unfinished)
        // Killed between two renames: what was to be replaced is all there is.
        if access(path(final), F_OK) != 0 && access(path(old), F_OK) == 0 { try move(old, to: final) }
        try store.remove(old)
        return unfinished
    }

    /// Gives finished labels their name and lists them. Where that fails, what they replace is back.
    ///
    /// - Parameter note: told the keys of what is new when it is listed, while what it replaces can still come back.
    func publish(_ note: ([StoreKey]) throws -> Void) throws {
        let replaces = access(path(final), F_OK) == 0
        if replaces { try move(final, to: old) }
        do {
            try move(unfinished, to: final)
            try group.list([name], in: store)
            try note([final] + group.documents)
        } catch {
            if replaces {
                if access(path(final), F_OK) == 0 { try move(final, to: unfinished) }
                try move(old, to: final)
            }
            throw error
        }
        try store.remove(old)
    }

    /// Removes what was written.
    func abandon() { try? store.remove(unfinished) }

    private func move(_ key: StoreKey, to target: StoreKey) throws {
        guard rename(path(key), path(target)) == 0 else {
            let code = errno
            throw ZarrError(
                .ioFailure, "cannot rename \(path(key)) to \(path(target)): \(String(cString: strerror(code)))",
                key: target, errno: code)
        }
    }

    private func path(_ key: StoreKey) -> String { store.path + "/" + key.path }
}
