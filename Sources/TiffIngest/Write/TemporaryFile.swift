import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that is written beside its target and takes its place, whole, when committed.
package final class TemporaryFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    /// - Throws: ``ZarrError`` with code `.invalidCall` where something else than a file would be replaced, `.ioFailure`
    ///   where the folder cannot be written to.
    package init(replacing path: String) throws {
        var status = stat()
        // To rename over /dev/null would take it from the whole machine.
        guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
            throw ZarrError(
                .invalidCall,
                "\(path) is no file but a folder, a pipe or a device, which cannot be replaced: name a file, or write to "
                    + "standard output (-) and redirect it")
        }
        self.path = path
        temporaryPath = "\(path).partial-\(getpid())"
        descriptor = open(temporaryPath, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.failure("create", path) }
    }

    deinit { abandon() }

    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = write(descriptor, base, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    package func overwrite(_ bytes: UnsafeRawBufferPointer, at position: Int) throws {
        guard pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(position)) == bytes.count else {
            throw Self.failure("write", path)
        }
    }

    package func commit() throws {
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else {
            let failure = Self.failure("write", path)
            unlink(temporaryPath)
            throw failure
        }
    }

    package func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporaryPath)
    }

    private static func failure(_ action: String, _ path: String) -> ZarrError {
        let code = errno
        let remedy =
            switch code {
            case ENOSPC, EDQUOT: "free some space or write elsewhere"
            case EACCES, EPERM, EROFS: "check the permissions of its folder"
            case ENOENT: "create its folder first"
            default: "check the path and the disk"
            }
        return ZarrError(
            .ioFailure, "cannot \(action) \(path): \(String(cString: strerror(code))); \(remedy)", errno: code)
    }
}
