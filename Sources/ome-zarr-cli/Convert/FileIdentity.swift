#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which file or folder a path leads to, whatever it is called: links, "./" and a "/" at the end change nothing.
struct FileIdentity: Hashable {
    private let device: UInt64
    private let inode: UInt64

    /// Nil where nothing lies at the path.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }

    /// What lies at a path, if anything does, and every folder above it.
    static func lineage(of path: String) -> [FileIdentity] {
        var place = path
        // What does not exist yet will lie where the first folder above it that exists lies.
        while true {
            if let resolved = realpath(place, nil) {
                defer { free(resolved) }
                return foldersAbove(String(cString: resolved))
            }
            guard place != "." && place != "/" else { return [] }
            place = parent(of: place)
        }
    }

    private static func foldersAbove(_ resolved: String) -> [FileIdentity] {
        var place = resolved, lineage = FileIdentity(resolved).map { [$0] } ?? []
        while place != "/" {
            place = parent(of: place)
            if let identity = FileIdentity(place) { lineage.append(identity) }
        }
        return lineage
    }

    private static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1 && rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }
}
