import Zarr

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
    /// - Parameter folder: without links; where the file must lie, wherever links lead. Nil: anywhere.
    /// - Throws: ``TiffError`` with code `.ioFailure`, also where the path leads to something that cannot be read by
    ///   position: a pipe, a terminal, a directory.
    package init(path: String, within folder: String? = nil) throws {
        // Without O_NONBLOCK opening a named pipe would wait for its writer, perhaps for ever; files ignore it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened", path) }
        do {
            if let folder, !OpenFilePlace(descriptor).lies(in: folder) {
                throw TiffError(.ioFailure, "leads out of \(folder), and nothing outside is read", path: path)
            }
            size = try Self.size(of: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// Bytes of a regular file or of a disk.
    private static func size(of descriptor: Int32, _ path: String) throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined", path) }
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return Int(status.st_size)
        case S_IFBLK:
            let end = lseek(descriptor, 0, SEEK_END)
            guard end >= 0 else { throw failure("cannot be measured", path) }
            return Int(end)
        case S_IFDIR:
            throw TiffError(.ioFailure, "is a directory; give the path of a TIFF file", path: path, errno: EISDIR)
        case S_IFIFO: kind = "a pipe"
        case S_IFSOCK: kind = "a socket"
        case S_IFCHR: kind = "a terminal or another device without positions"
        default: kind = "no regular file"
        }
        throw TiffError(
            .ioFailure, "is \(kind), and a TIFF is read by position; save it to a file first", path: path, errno: ESPIPE
        )
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
                var error = Self.failure("cannot be read at byte \(offset + done)", path)
                error.message += "; the disk or the connection to it fails: copy the file elsewhere and use the copy"
                throw error
            }
            guard got > 0 else {
                throw TiffError(
                    .damaged,
                    "the file became shorter while it was read: it had \(size) bytes, and now ends before byte "
                        + "\(offset + done); wait until nothing writes to it, or use a copy", path: path)
            }
            done += got
        }
    }

    /// When the file was last changed, in nanoseconds since 1970.
    func changeTime() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("cannot be looked at", path) }
        #if canImport(Glibc)
            let time = status.st_mtim
        #else
            let time = status.st_mtimespec
        #endif
        return time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
    }

    private static func failure(_ what: String, _ path: String) -> TiffError {
        let code = errno
        return TiffError(.ioFailure, "\(what): \(String(cString: strerror(code)))", path: path, errno: code)
    }
}
