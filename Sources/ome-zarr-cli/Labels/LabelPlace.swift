import CSystemCalls
import Pyramid
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where new labels go in a folder: under a hidden name while they are written, then under their own in one stroke.
///
/// A hidden file says that labels of the name are being added, from before the first chunk until they are in the manifest:
/// by it two that add the same labels are kept apart, and what an interrupted attempt left is known for its own.
final class LabelPlace {
    private let store: DirectoryStore
    private let group: LabelGroup
    private let name: String
    private let final, unfinished, old, mark: StoreKey
    private var lock: AppendedFile?

    init(_ store: DirectoryStore, _ group: LabelGroup, name: String) throws {
        self.store = store
        self.group = group
        self.name = name
        final = try group.key(of: name)
        unfinished = try group.key(of: ".unfinished-\(name)")
        old = try group.key(of: ".replaced-\(name)")
        mark = try group.key(of: ".adding-\(name)")
    }

    /// Whether labels of the name are listed, or something lies in their place that no interrupted attempt left.
    func isTaken() throws -> Bool {
        if try store.size(mark) != nil { return false }
        return try group.names(in: store).contains(name) || exists(final)
    }

    /// Clears what an interrupted attempt left.
    ///
    /// - Returns: where to write.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where another process adds labels of the name.
    func prepare() throws -> StoreKey {
        let earlier = try store.size(mark) == nil ? nil : store.appendedFile(mark)
        lock = try earlier ?? store.appendedFile(making: mark)
        try store.remove(unfinished)
        // Killed between two renames: what was to be replaced is all there is.
        if !exists(final) && exists(old) { try move(old, to: final) }
        try store.remove(old)
        return unfinished
    }

    /// Gives finished labels their name and lists them. Where that fails, what they replace is back.
    func publish(_ manifest: OutputManifest) throws {
        let changed = try [final] + group.documents, replaces = exists(final)
        try manifest.announce(changed)
        if replaces { try exchange() } else { try move(unfinished, to: final) }
        do {
            try group.list([name], in: store)
            try manifest.note(changed)
        } catch {
            if replaces { try exchange() } else { try move(final, to: unfinished) }
            throw error
        }
        try store.remove(unfinished)
        try store.remove(mark)
    }

    /// Removes what was written.
    func abandon() {
        try? store.remove(unfinished)
        try? store.remove(mark)
    }

    /// The finished labels and those they replace change names: at once, so that there are always some, where the file
    /// system knows how to.
    private func exchange() throws {
        if zarr_exchange(path(unfinished), path(final)) == 0 { return }
        guard [EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP].contains(errno) else { throw failure(unfinished, final) }
        try move(final, to: old)
        do {
            try move(unfinished, to: final)
        } catch {
            try move(old, to: final)
            throw error
        }
        try move(old, to: unfinished)
    }

    private func move(_ key: StoreKey, to target: StoreKey) throws {
        guard rename(path(key), path(target)) == 0 else { throw failure(key, target) }
    }

    private func failure(_ key: StoreKey, _ target: StoreKey) -> ZarrError {
        let code = errno
        return ZarrError(
            .ioFailure, "cannot rename \(path(key)) to \(path(target)): \(String(cString: strerror(code)))",
            key: target, errno: code)
    }

    private func exists(_ key: StoreKey) -> Bool { access(path(key), F_OK) == 0 }

    private func path(_ key: StoreKey) -> String { store.path + "/" + key.path }
}
