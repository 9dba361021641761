#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file written at any place under a temporary name, until it is whole and takes its own.
///
/// Many threads may write and read at once, each its own place.
package final class UnfinishedFile: Sendable {
    private let descriptor: Int32
    private let temporary: String
    private let path: String

    /// - Parameter path: the name the file takes when finished; the temporary file lies beside it.
    package init(path: String) throws {
        self.path = path
        temporary = TemporaryName.beside(path)
        descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ZarrError.io("write", path) }
    }

    deinit { close(descriptor) }

    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        try PositionedIO.write(descriptor, at: offset, bytes, path)
    }

    /// Reads to where the caller wants the bytes.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        try PositionedIO.read(descriptor, at: offset, into: buffer, path)
    }

    func read(at offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let buffer = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            try PositionedIO.read(descriptor, at: offset, into: buffer, path)
            filled = count
        }
    }

    /// Gives the file its name, replacing a file of that name.
    func finish() throws {
        // Network file systems report a full disk only when a descriptor is closed; ours is still read from.
        let copy = dup(descriptor)
        guard copy >= 0, close(copy) == 0, rename(temporary, path) == 0 else {
            throw ZarrError.io("write", path)
        }
    }

    /// Takes the temporary name away; the bytes go with the last user.
    package func unlinkTemporary() { unlink(temporary) }
}
