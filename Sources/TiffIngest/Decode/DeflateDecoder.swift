import CDeflate
import CZlib

/// Deflate in a zlib wrapper, as compression 8 and 32946 have it.
///
/// libdeflate decodes whole blocks 1.9 times as fast as zlib, but only those that are sound and exactly as long as
/// expected; zlib takes what can be had from the others.
final class DeflateDecoder {
    private let context = libdeflate_alloc_decompressor()

    deinit { libdeflate_free_decompressor(context) }

    /// Decodes until the target is full.
    ///
    /// - Returns: bytes written.
    /// - Throws: ``TiffError`` with code `.damaged` where the stream is broken.
    func decode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let s = source.baseAddress, let d = target.baseAddress else { return 0 }
        if let context {
            var count = 0
            let result = libdeflate_zlib_decompress(context, s, source.count, d, target.count, &count)
            if result == LIBDEFLATE_SUCCESS { return count }
        }
        return try decodeLeniently(s, source.count, d, target.count)
    }

    private func decodeLeniently(
        _ s: UnsafeRawPointer, _ length: Int, _ d: UnsafeMutableRawPointer, _ capacity: Int
    ) throws -> Int {
        guard length <= Int(UInt32.max), capacity <= Int(UInt32.max) else {
            throw TiffError(.limitExceeded, "a deflate block is beyond 4 GiB")
        }
        var stream = z_stream()
        // Safety: zlib reads `avail_in` and writes `avail_out` bytes at most; it does not write to its input.
        stream.next_in = UnsafeMutablePointer(mutating: s.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(length)
        stream.next_out = d.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(capacity)
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw TiffError(.limitExceeded, "zlib has no memory left")
        }
        defer { inflateEnd(&stream) }
        let result = inflate(&stream, Z_SYNC_FLUSH)
        guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR || stream.avail_out == 0 else {
            throw TiffError(.damaged, "deflate data are broken after \(capacity - Int(stream.avail_out)) bytes")
        }
        return capacity - Int(stream.avail_out)
    }
}
