import CLZMA

/// LZMA2 in an xz container, compression 34925.
enum LZMADecoder {
    /// The most a dictionary may take; xz at its highest preset takes 65 MiB.
    static let memoryLimit: UInt64 = 256 << 20

    /// Decodes until the target is full or the input ends.
    ///
    /// - Returns: bytes written.
    /// - Throws: ``TiffError`` with code `.damaged` or `.limitExceeded`.
    static func decode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var stream = lzma_stream()
        guard lzma_stream_decoder(&stream, memoryLimit, 0) == LZMA_OK else {
            throw TiffError(.limitExceeded, "liblzma has no memory left")
        }
        defer { lzma_end(&stream) }
        // Safety: liblzma reads `avail_in` and writes `avail_out` bytes at most.
        stream.next_in = source.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = source.count
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = target.count
        let result = lzma_code(&stream, LZMA_FINISH)
        switch result {
        case LZMA_OK, LZMA_STREAM_END, LZMA_BUF_ERROR: return target.count - stream.avail_out
        default: throw failure(result)
        }
    }

    /// What a status of liblzma that is no success means.
    static func failure(_ result: lzma_ret) -> TiffError {
        if result == LZMA_MEMLIMIT_ERROR {
            return TiffError(.limitExceeded, "LZMA data need a dictionary of more than \(memoryLimit >> 20) MiB")
        }
        return TiffError(.damaged, "LZMA data are broken (liblzma error \(result.rawValue))")
    }
}
