#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reading and writing at a place of a file, whole: `pread` and `pwrite` may do less than asked for.
enum PositionedIO {
    /// Fills a buffer with the bytes of a file from `offset` on.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the file ends before, `.ioFailure` where the machine fails.
    static func read(
        _ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer, _ path: String,
        _ key: StoreKey? = nil
    ) throws {
        var filled = 0
        while filled < buffer.count {
            let got = pread(descriptor, buffer.orEmpty + filled, buffer.count - filled, off_t(offset + filled))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw ZarrError.io("read", path, key) }
            guard got > 0 else {
                throw ZarrError(.corrupt, "\(path) became shorter while it was read: read it again", key: key)
            }
            filled += got
        }
    }

    /// Writes all bytes to a file from `offset` on.
    static func write(
        _ descriptor: Int32, at offset: Int, _ bytes: UnsafeRawBufferPointer, _ path: String, _ key: StoreKey? = nil
    ) throws {
        var done = 0
        while done < bytes.count {
            let written = pwrite(descriptor, bytes.orEmpty + done, bytes.count - done, off_t(offset + done))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw ZarrError.io("write", path, key) }
            done += written
        }
    }
}
