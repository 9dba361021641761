#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The room on the file system that a path lies on, or will lie on.
enum FreeSpace {
    /// Bytes this user may still write; nil where the system does not say.
    static func bytes(at path: String) -> Int? {
        var place = path
        while true {
            var status = statvfs()
            if statvfs(place, &status) == 0 {
                let (bytes, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
                    by: Int(clamping: status.f_frsize))
                return overflow ? .max : bytes
            }
            // What does not exist yet will lie where the nearest folder above does.
            guard errno == ENOENT, place != "/", place != "." else { return nil }
            place = parent(of: place)
        }
    }

    private static func parent(of path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if !parts.isEmpty { parts.removeLast() }
        let root = path.hasPrefix("/") ? "/" : ""
        return parts.isEmpty ? (root.isEmpty ? "." : root) : root + parts.joined(separator: "/")
    }
}
