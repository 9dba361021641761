import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that is being sent, open as long as this lives, so that it stays the same file however long that takes.
final class ServedFile: AnswerContent {
    let tag: String
    private let size: Int
    private let descriptor: Int32

    /// Opens a file in a root.
    ///
    /// - Returns: nil where there is no such file, or it lies outside the root by a link.
    /// - Throws: ``ServiceError`` where the machine refuses.
    convenience init?(_ path: String, in root: ServedRoot) throws {
        // Without O_NONBLOCK a named pipe would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR, ENAMETOOLONG, EACCES, EPERM, ELOOP: return nil
            case EMFILE, ENFILE:
                throw ServiceError(.serviceUnavailable, "busy", "too many files are open: ask again", retryAfter: 1)
            case let code: throw ServiceError(.internalServerError, "io", String(cString: strerror(code)))
            }
        }
        self.init(descriptor, in: root)
    }

    /// Opens a file in a root where that waits for no disk.
    ///
    /// - Returns: nil also where it would, or fails.
    convenience init?(cached path: String, in root: ServedRoot) {
        guard let descriptor = CachedFile.open(path) else { return nil }
        self.init(descriptor, in: root)
    }

    /// Takes over an open file.
    private init?(_ descriptor: Int32, in root: ServedRoot) {
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
            OpenFilePlace(descriptor).lies(in: root.place)
        else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        size = Int(info.st_size)
        tag = FileVersion(info).tag
    }

    deinit { close(descriptor) }

    func count() -> Int { size }

    func readAtOnce(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        CachedFile.read(descriptor, at: offset, into: buffer)
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard let base = buffer.baseAddress else { return }
        var filled = 0
        while filled < buffer.count {
            let got = pread(descriptor, base + filled, buffer.count - filled, off_t(offset + filled))
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                let reason = got == 0 ? "it became shorter while it was sent" : String(cString: strerror(errno))
                throw ServiceError(.internalServerError, "io", "cannot read the object: \(reason)")
            }
            filled += got
        }
    }
}

/// What tells a file from another, or from itself before it was changed.
struct FileVersion: Sendable, Hashable {
    let device, inode, size, seconds, nanoseconds: Int

    init(_ info: stat) {
        device = Int(info.st_dev)
        inode = Int(info.st_ino)
        size = Int(info.st_size)
        #if canImport(Glibc)
            (seconds, nanoseconds) = (info.st_mtim.tv_sec, info.st_mtim.tv_nsec)
        #else
            (seconds, nanoseconds) = (info.st_mtimespec.tv_sec, info.st_mtimespec.tv_nsec)
        #endif
    }

    /// Of the file at a path, links followed; nil where there is none.
    init?(path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        self.init(info)
    }

    /// Short, of characters that an `ETag` may have.
    var tag: String {
        [inode, size, seconds, nanoseconds].map { String(UInt(bitPattern: $0), radix: 36) }.joined(separator: "-")
    }
}
