import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What exports that were killed left beside their output: the file they were writing, and the levels they made for it.
enum ExportRemains {
    /// Where levels of an export by this process lie until its file is written.
    static func levels(of output: String) -> String { "\(output).levels-\(getpid())" }

    /// Removes those of processes that are gone; what cannot be looked at or removed stays, as it is in nobody's way.
    static func remove(of output: String) {
        guard let folder = try? DirectoryStore(path: FilePlace.folder(of: output), create: false),
            let names = try? folder.list(.root)
        else { return }
        let name = FilePlace.name(of: output)
        for entry in names {
            for beginning in ["\(name).levels-", "\(name).partial-"] where entry.hasPrefix(beginning) {
                guard let process = pid_t(entry.dropFirst(beginning.count)), process > 0,
                    entry == "\(beginning)\(process)", isGone(process), let key = try? StoreKey(entry)
                else { continue }
                try? folder.remove(key)
            }
        }
    }

    /// Signal 0 is sent to nobody, and only asks.
    private static func isGone(_ process: pid_t) -> Bool { kill(process, 0) != 0 && errno == ESRCH }
}
