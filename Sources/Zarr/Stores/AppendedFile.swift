#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that grows at its end while it is there under its name: a journal.
///
/// Safety: the descriptor is an integer that is closed when nobody has the file any more; appending is one `write`.
package final class AppendedFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Opens a file that exists, and keeps other processes from doing the same.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where another process has it open, `.ioFailure` where the
    ///   machine refuses.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw ZarrError.io("write", path) }
        // Whoever held it until now may have removed or replaced it meanwhile.
        guard isLocked(), isStillThere() else { throw Self.isInUse(path) }
    }

    /// Makes a file that has its name, its first bytes and its lock from one moment to the next: of several processes
    /// that try at once, one has it.
    ///
    /// - Parameter earlier: the file of that name that it replaces; nil where there must be none.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where another process was faster, `.ioFailure` where the machine
    ///   refuses.
    init(making path: String, _ bytes: [UInt8], replacing earlier: AppendedFile?) throws {
        self.path = path
        let temporary = TemporaryName.beside(path)
        descriptor = open(temporary, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ZarrError.io("write", path) }
        defer { unlink(temporary) }
        _ = isLocked()
        try append(bytes)
        // A link is refused where the name is taken, on network file systems, too; renaming would replace the file.
        if earlier == nil {
            if link(temporary, path) == 0 { return }
            let code = errno
            guard access(path, F_OK) != 0 else { throw Self.isInUse(path) }
            errno = code
            // Some file systems have no links: there, two that start within the same instant are not told apart.
            guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(code) else { throw ZarrError.io("write", path) }
        }
        try withExtendedLifetime(earlier) {
            guard rename(temporary, path) == 0 else { throw ZarrError.io("write", path) }
        }
    }

    deinit { close(descriptor) }

    /// False where another process holds the lock, which ends with that process. File systems without locks keep nobody
    /// from working.
    private func isLocked() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK }

    private func isStillThere() -> Bool {
        var own = stat(), named = stat()
        guard fstat(descriptor, &own) == 0, stat(path, &named) == 0 else { return false }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    private static func isInUse(_ path: String) -> ZarrError {
        ZarrError(.invalidCall, "\(path) is in use: another ome-zarr writes there; wait for it, or stop it")
    }

    /// Adds bytes at the end.
    package func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = write(descriptor, bytes.orEmpty + done, bytes.count - done)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw ZarrError.io("write", path) }
                done += written
            }
        }
    }
}

extension DirectoryStore {
    /// Opens an object to add to its end.
    package func appendedFile(_ key: StoreKey) throws -> AppendedFile { try AppendedFile(path: file(key)) }

    /// Makes an object to add to its end, as ``AppendedFile/init(making:_:replacing:)`` does.
    package func appendedFile(
        making key: StoreKey, _ bytes: [UInt8] = [], replacing earlier: AppendedFile? = nil
    ) throws -> AppendedFile {
        try makeDirectory(of: key)
        return try AppendedFile(making: file(key), bytes, replacing: earlier)
    }
}
