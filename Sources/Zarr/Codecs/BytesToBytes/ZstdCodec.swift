import CZstd

/// The codec `zstd`.
///
/// Frames need not say how large their content is, and where they do it is not believed: the chunk's size is known.
///
/// - Source: Zarr extensions, `zstd`; RFC 8878.
struct ZstdCodec: BytesToBytesCodec {
    static let name = "zstd"

    private let level: Int32
    private let checksum: Bool

    init(_ spec: CodecSpec) throws {
        level = try Int32(spec.integer("level", in: -131072...22, standard: 0))
        checksum = spec.configuration["checksum"]?.bool ?? false
    }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let context = try workspace.zstdCompressor()
        ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0)
        let bound = ZSTD_compressBound(bytes.count)
        encoded.reserve(encoded.count + bound)
        let size = ZSTD_compress2(context, encoded.base + encoded.count, bound, bytes.baseAddress, bytes.count)
        guard ZSTD_isError(size) == 0 else { throw Self.failure("compress", size) }
        encoded.count += size
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        let context = try workspace.zstdDecompressor()
        let size = ZSTD_decompressDCtx(context, room.baseAddress, room.count, encoded.baseAddress, encoded.count)
        guard ZSTD_isError(size) == 0 else { throw Self.failure("decode", size) }
        return size
    }

    /// Decodes from the front as far as wanted.
    func decode(
        _ wanted: Range<Int>, of encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ workspace: CodecWorkspace
    ) throws -> Bool {
        guard room.count - wanted.upperBound >= Self.largestBlock, Self.hasNoChecksum(encoded) else { return false }
        let context = try workspace.zstdDecompressor()
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        var source = ZSTD_inBuffer(src: encoded.baseAddress, size: encoded.count, pos: 0)
        var target = ZSTD_outBuffer(dst: room.baseAddress, size: wanted.upperBound, pos: 0)
        while target.pos < target.size {
            let before = source.pos + target.pos, left = ZSTD_decompressStream(context, &target, &source)
            // A frame that ends here, is damaged, or asks for more memory than streams may have.
            guard ZSTD_isError(left) == 0, source.pos + target.pos > before else { return false }
            if left == 0 { return target.pos == target.size }
        }
        return true
    }

    /// What zstd decodes at a time.
    private static let largestBlock = 128 << 10

    /// True for a frame, of which a bit of the fifth byte says whether its content has a checksum.
    private static func hasNoChecksum(_ encoded: UnsafeRawBufferPointer) -> Bool {
        encoded.count > 4 && encoded.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) && encoded[4] & 0x04 == 0
    }

    static func failure(_ action: String, _ code: Int) -> ZarrError {
        ZarrError(.corrupt, "zstd cannot \(action) the bytes: \(String(cString: ZSTD_getErrorName(code)))")
    }
}
