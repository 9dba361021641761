import CDeflate

/// The codec `gzip`. Streams of several members, as `bgzip` and `cat` make them, are read to their end.
///
/// - Source: Zarr v3 codecs, `gzip` v1.0; RFC 1952.
struct GzipCodec: BytesToBytesCodec {
    static let name = "gzip"

    private let level: Int

    init(_ spec: CodecSpec) throws { level = try spec.integer("level", in: -1...9, standard: 6) }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let compressor = try workspace.deflateCompressor(level: level < 0 ? 6 : level)
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        encoded.reserve(encoded.count + bound)
        let size = libdeflate_gzip_compress(
            compressor, bytes.orEmpty, bytes.count, encoded.base + encoded.count, bound)
        guard size > 0 else { throw ZarrError(.corrupt, "gzip cannot compress the bytes") }
        encoded.count += size
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        let decompressor = try workspace.deflateDecompressor()
        var read = 0, written = 0
        repeat {
            var taken = 0, made = 0
            let result = libdeflate_gzip_decompress_ex(
                decompressor, encoded.orEmpty + read, encoded.count - read, room.orEmpty + written,
                room.count - written, &taken, &made)
            try Deflate.check(result, "gzip", room.count)
            read += taken
            written += made
            // Zeros behind the last member are padding, which gzip itself ignores.
        } while read < encoded.count && encoded[read...].contains { $0 != 0 }
        return written
    }
}

/// What gzip and zlib share.
enum Deflate {
    static func check(_ result: libdeflate_result, _ name: String, _ room: Int) throws {
        switch result {
        case LIBDEFLATE_SUCCESS: return
        case LIBDEFLATE_INSUFFICIENT_SPACE:
            throw ZarrError(.corrupt, "the \(name) stream holds more than the \(room) bytes expected")
        default: throw ZarrError(.corrupt, "the \(name) stream is damaged or incomplete")
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Safety: an empty buffer may have no address; nothing is read through the substitute.
    var orEmpty: UnsafeRawPointer { baseAddress ?? UnsafeRawPointer(bitPattern: 64)! }
}

extension UnsafeMutableRawBufferPointer {
    /// Safety: an empty buffer may have no address; nothing is written through the substitute.
    var orEmpty: UnsafeMutableRawPointer { baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64)! }
}
