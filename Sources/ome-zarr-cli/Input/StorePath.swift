import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where on this machine a hierarchy lies: a folder.
enum StorePath {
    /// The store at a path; nil where there is a file that is none.
    static func open(_ path: String) throws -> (any ReadableStore)? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            throw ZarrError(.notFound, "cannot open \(path): \(reason); check the path", errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
        return try DirectoryStore(path: path, create: false)
    }
}
