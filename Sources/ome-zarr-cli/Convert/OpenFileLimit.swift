#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many files the process may have open. Shards that lie across many planes are all open at once; most systems start
/// programs with 1,024 and let them ask for more.
enum OpenFileLimit {
    /// As many as plans count on, with room for the rest of the program.
    private static let wanted: rlim_t = 4096

    /// Asks for more files, as far as the system lets us. What is not granted shows as an error when a file is opened.
    static func raise() {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(resource, &limit)
    }
}
