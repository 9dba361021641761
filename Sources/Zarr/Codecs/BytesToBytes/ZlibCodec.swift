import CDeflate

/// The codec `zlib` of Zarr v2, which some v3 arrays name `numcodecs.zlib`.
///
/// - Source: numcodecs, `zlib`; RFC 1950.
struct ZlibCodec: BytesToBytesCodec {
    static let name = "zlib"

    private let level: Int

    init(_ spec: CodecSpec) throws { level = try spec.integer("level", in: -1...9, standard: 1) }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let compressor = try workspace.deflateCompressor(level: level < 0 ? 6 : level)
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        encoded.reserve(encoded.count + bound)
        let size = libdeflate_zlib_compress(
            compressor, bytes.orEmpty, bytes.count, encoded.base + encoded.count, bound)
        guard size > 0 else { throw ZarrError(.corrupt, "zlib cannot compress the bytes") }
        encoded.count += size
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        var made = 0
        let result = libdeflate_zlib_decompress(
            try workspace.deflateDecompressor(), encoded.orEmpty, encoded.count, room.orEmpty, room.count, &made)
        try Deflate.check(result, "zlib", room.count)
        return made
    }
}
