#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes of a known number that can be read at any place, by many threads at once: a file, or memory.
protocol RandomAccessBytes: Sendable {
    /// What it is called in messages.
    var name: String { get }
    var count: Int { get }

    /// Fills a buffer with the bytes from `offset` on. They must be there.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension RandomAccessBytes {
    /// A part.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where it reaches past the end, `.limitExceeded` where it would not
    ///   fit into memory.
    func bytes(at offset: Int, count wanted: Int) throws -> [UInt8] {
        let range = try ByteRange.from(offset: offset, count: wanted).resolved(in: count)
        // A sparse file may claim any size without taking space on the disk.
        guard range.count <= MachineMemory.bytes / 2 else {
            throw ZarrError(
                .limitExceeded, "\(range.count) bytes of \(name) are too many to read at once on this machine")
        }
        return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
            filled = range.count
        }
    }
}

/// Bytes in memory.
struct MemoryBytes: RandomAccessBytes {
    let name: String
    let bytes: [UInt8]

    var count: Int { bytes.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    }
}

/// A file, open as long as this lives.
final class FileBytes: RandomAccessBytes {
    let name: String
    let count: Int
    private let descriptor: Int32

    /// - Throws: ``ZarrError`` with code `.notFound` where there is no file, `.ioFailure` where the machine refuses.
    init(path: String) throws {
        // Without O_NONBLOCK a named pipe would be waited for.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw ZarrError(.notFound, "there is no file \(path): check the path") }
            throw ZarrError.io("open", path)
        }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else {
            let error = ZarrError.io("open", path)
            close(descriptor)
            throw error
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ZarrError(.notFound, "\(path) is not a file: give the path of a file")
        }
        name = path
        count = Int(info.st_size)
    }

    deinit { close(descriptor) }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        try PositionedIO.read(descriptor, at: offset, into: buffer, name)
    }
}
