#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many files the process may have open. Shards that lie across many planes are all open at once; most systems start
/// programs with 1,024 and let them ask for more.
enum OpenFileLimit {
    /// As many as plans count on, with room for the rest of the program.
    static let forShards: rlim_t = 4096
    /// As many as connections that a service holds open.
    static let forConnections: rlim_t = 65_536

    /// Below this the threads' own machinery fails, and fails by ending the process.
    private static let least: rlim_t = 32

    /// Asks for more files, as far as the system lets us. What is not granted shows as an error when a file is opened.
    ///
    /// - Parameter wanted: how many; fewer where the system grants fewer.
    /// - Returns: how many there may be now.
    /// - Throws: ``Refusal`` where there are too few to work at all.
    @discardableResult
    static func raise(to wanted: rlim_t = forShards) throws -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return Int(least) }
        guard limit.rlim_cur < wanted else { return Int(clamping: limit.rlim_cur) }
        guard limit.rlim_max >= least else {
            throw Refusal(
                "too many files are open: this process may have only \(limit.rlim_max) at a time; allow it at least "
                    + "\(least), as by 'ulimit -n \(wanted)'")
        }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(resource, &limit)
        return Int(limit.rlim_cur)
    }
}
