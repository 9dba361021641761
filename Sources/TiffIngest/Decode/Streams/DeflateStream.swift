import CZlib

/// Deflate in a zlib wrapper, in sequence.
final class DeflateStream: SequentialDecoder {
    /// On the heap: zlib's state points back at it.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    init() throws {
        stream.initialize(to: z_stream())
        guard inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            throw TiffError(.limitExceeded, "zlib has no memory left")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// A window of 32 KiB and zlib's tables.
    let stateBytes = 48 << 10

    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < target.count {
            let bytes = try input.bytes()
            let room = min(target.count - done, Int(UInt32.max))
            // Safety: zlib reads `avail_in` and writes `avail_out` bytes at most; it does not write to its input.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(bytes.count)
            stream.pointee.next_out = target.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }
            stream.pointee.avail_out = UInt32(room)
            let result = inflate(stream, Z_SYNC_FLUSH)
            let taken = bytes.count - Int(stream.pointee.avail_in), written = room - Int(stream.pointee.avail_out)
            input.take(taken)
            done += written
            // As for whole blocks, what is wrong behind the last byte asked for does not matter.
            if done == target.count || result == Z_STREAM_END { break }
            guard result == Z_OK || result == Z_BUF_ERROR else {
                throw TiffError(.damaged, "deflate data are broken after \(stream.pointee.total_out) bytes")
            }
            if taken == 0 && written == 0 { break }
        }
        return done
    }
}
