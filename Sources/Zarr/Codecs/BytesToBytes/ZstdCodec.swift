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

    static func failure(_ action: String, _ code: Int) -> ZarrError {
        ZarrError(.corrupt, "zstd cannot \(action) the bytes: \(String(cString: ZSTD_getErrorName(code)))")
    }
}
