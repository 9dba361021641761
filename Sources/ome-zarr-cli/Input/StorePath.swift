import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A place in a hierarchy, as a path on this machine names it: a folder, or a ZIP archive or what lies in one, such as
/// `cells.ozx/0`.
struct StorePath {
    let store: any ReadableStore
    let key: StoreKey

    /// - Throws: ``ZarrError`` with code `.notFound` where nothing is there, `.corrupt` where an archive is damaged.
    /// - Returns: nil where there is a file that is no archive.
    init?(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                store = try DirectoryStore(path: path, create: false)
                key = .root
                return
            }
            guard Self.isArchive(path) else { return nil }
            let archive = try ZipStore(path: path)
            store = archive
            // In an .ozx nothing may be around the hierarchy (RFC-9), and who zipped a folder has it around.
            key = path.lowercased().hasSuffix(".ozx") ? .root : try archive.hierarchyKey()
            return
        }
        let code = errno
        guard code == ENOTDIR, let slash = Self.endOfFile(path), Self.isArchive(String(path[..<slash])) else {
            throw ZarrError(
                .notFound, "cannot open \(path): \(String(cString: strerror(code))); check the path", errno: code)
        }
        store = try ZipStore(path: String(path[..<slash]))
        key = try StoreKey(path[slash...].split(separator: "/").joined(separator: "/"))
    }

    /// What the node is called; empty where a path says nothing of it.
    var name: String {
        guard key == .root, let folder = store as? DirectoryStore else { return key.name }
        return folder.path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// The attributes of the group a node lies in, also where that is the folder above the path; none where it lies in none.
    ///
    /// - Throws: ``ZarrError`` where they are damaged.
    func groupAttributes() throws -> JSONValue {
        if let parent = key.parent { return try ZarrNode.read(store, parent)?.attributes ?? [:] }
        guard let folder = store as? DirectoryStore,
            let above = try? DirectoryStore(path: folder.path + "/..", create: false)
        else { return [:] }
        return try ZarrNode.read(above, .root)?.attributes ?? [:]
    }

    /// The end of the part of a path that names a file, before the "/" behind it; nil where none does.
    private static func endOfFile(_ path: String) -> String.Index? {
        var status = stat()
        return path.indices.first {
            path[$0] == "/" && stat(String(path[..<$0]), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// True for what begins like a ZIP archive, and for what is called like one, so that a damaged one is told as such.
    private static func isArchive(_ path: String) -> Bool {
        let name = path.lowercased()
        if name.hasSuffix(".zip") || name.hasSuffix(".ozx") { return true }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: 4)
        guard read(descriptor, &head, 4) == 4 else { return false }
        // The header of an entry, or the end of an archive without any.
        return head == [0x50, 0x4B, 3, 4] || head == [0x50, 0x4B, 5, 6]
    }
}
