#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file, read by position so that threads need not take turns.
///
/// `pread` and not `mmap`: a file that shrinks while mapped ends the process, and a page fault costs more than a copy.
package final class TiffFile: Sendable {
    /// Where the file lies.
    package let path: String
    /// Its size in bytes when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// Opens a file for reading.
    ///
    /// - Throws: ``TiffError`` with code `.ioFailure`.
    package init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = Self.failure("cannot be examined", path)
            close(descriptor)
            throw error
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw TiffError(.ioFailure, "is a directory; give the path of a TIFF file", path: path, errno: EISDIR)
        }
        self.path = path
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Reads exactly `count` bytes from `offset`.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where the file ends before, `.ioFailure` where the machine fails.
    package func read(_ count: Int, at offset: Int, into target: UnsafeMutableRawPointer) throws {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw TiffError(
                .damaged,
                "bytes \(offset) to \(offset &+ count) lie outside the file of \(size) bytes; it may be incomplete: "
                    + "copy it again", path: path)
        }
        var done = 0
        while done < count {
            let got = pread(descriptor, target + done, count - done, off_t(offset + done))
            if got < 0 {
                if errno == EINTR { continue }
                throw Self.failure("cannot be read", path)
            }
            guard got > 0 else {
                throw TiffError(.damaged, "the file became shorter while it was read; convert a copy", path: path)
            }
            done += got
        }
    }

    private static func failure(_ what: String, _ path: String) -> TiffError {
        let code = errno
        return TiffError(.ioFailure, "\(what): \(String(cString: strerror(code)))", path: path, errno: code)
    }
}
