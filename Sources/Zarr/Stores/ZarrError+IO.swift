#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ZarrError {
    /// What the system call that just failed means; reads `errno`.
    ///
    /// - Parameter action: what was tried, such as "write".
    static func io(_ action: String, _ path: String, _ key: StoreKey? = nil) -> ZarrError {
        #if canImport(Glibc)
            let code = Glibc.errno
        #else
            let code = Darwin.errno
        #endif
        return ZarrError(.ioFailure, "cannot \(action) \(path): \(sentence(code))", key: key, errno: code)
    }

    private static func sentence(_ code: Int32) -> String {
        switch code {
        case ENOSPC: "the disk is full; make room or write elsewhere"
        case EFBIG: "the file size limit is reached; raise it with 'ulimit -f', or choose smaller shards with --shard"
        case EDQUOT: "your disk quota is used up; make room or write elsewhere"
        case EACCES, EPERM: "permission denied; check who may read and write there"
        case EROFS: "the file system is read-only; write elsewhere"
        case EMFILE, ENFILE: "too many files are open; raise the limit with 'ulimit -n'"
        case ENOTDIR: "a part of the path is a file, not a directory"
        case EISDIR: "it is a directory, not a file"
        case ENOENT: "there is no such file or directory"
        case ENAMETOOLONG: "the name is too long for the file system"
        case ELOOP: "its symbolic links lead in a circle"
        case EIO: "the disk reports an input/output error; the device may be failing"
        default: String(cString: strerror(code)) + " (errno \(code))"
        }
    }
}
