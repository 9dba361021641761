import CZstd

/// Zstandard frames, compression 50000 and the earlier 34926.
final class ZstandardDecoder {
    private let context = ZSTD_createDCtx()

    deinit { ZSTD_freeDCtx(context) }

    /// Decodes until the target is full or the input ends.
    ///
    /// - Returns: bytes written.
    /// - Throws: ``TiffError`` with code `.damaged` where the stream is broken.
    func decode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let context else { throw TiffError(.limitExceeded, "Zstandard has no memory left") }
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        // Streaming into the whole target costs the same as a one-shot call, and forgives a frame that is too long.
        while output.pos < output.size && input.pos < input.size {
            let before = (input.pos, output.pos)
            let result = ZSTD_decompressStream(context, &output, &input)
            guard ZSTD_isError(result) == 0 else {
                throw TiffError(.damaged, "Zstandard data are broken: \(String(cString: ZSTD_getErrorName(result)))")
            }
            if before == (input.pos, output.pos) { break }
        }
        return output.pos
    }
}
