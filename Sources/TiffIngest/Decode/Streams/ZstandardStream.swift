import CZstd

/// Zstandard frames, in sequence. The library refuses windows beyond 128 MiB.
final class ZstandardStream: SequentialDecoder {
    private let context: OpaquePointer

    init() throws {
        guard let context = ZSTD_createDCtx() else {
            throw TiffError(.limitExceeded, "Zstandard has no memory left")
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    var stateBytes: Int { ZSTD_sizeof_DCtx(context) }

    func decode(_ input: StoredInput, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        while output.pos < output.size {
            let bytes = try input.bytes(), before = output.pos
            var piece = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            let result = ZSTD_decompressStream(context, &output, &piece)
            guard ZSTD_isError(result) == 0 else {
                throw TiffError(.damaged, "Zstandard data are broken: \(String(cString: ZSTD_getErrorName(result)))")
            }
            input.take(piece.pos)
            if piece.pos == 0 && output.pos == before { break }
        }
        return output.pos
    }
}
