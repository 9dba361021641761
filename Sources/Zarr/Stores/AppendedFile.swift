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
        // File systems without locks do not keep anybody from working.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
            throw ZarrError(.invalidCall, "\(path) is in use: another ome-zarr writes there; wait for it, or stop it")
        }
    }

    deinit { close(descriptor) }

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
}
