import CLZ4

/// The codec `lz4` of numcodecs: the size of the content in four bytes, little-endian, then one LZ4 block.
///
/// - Source: numcodecs, `lz4`; lz4, "LZ4 Block Format". This is neither the LZ4 frame format nor the `lz4` of N5.
struct LZ4Codec: BytesToBytesCodec {
    static let name = "numcodecs.lz4"

    private let acceleration: Int32

    init(_ spec: CodecSpec) throws {
        acceleration = Int32(try spec.integer("acceleration", in: Int(Int32.min)...Int(Int32.max), standard: 1))
    }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let bound = LZ4_compressBound(Int32(clamping: bytes.count))
        guard bound > 0 else {
            throw ZarrError(
                .invalidCall,
                "lz4 holds at most 2113929216 bytes, the chunk has \(bytes.count): use smaller chunks, or zstd")
        }
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { encoded.append($0) }
        encoded.reserve(encoded.count + Int(bound))
        let size = LZ4_compress_fast(
            bytes.orEmpty.assumingMemoryBound(to: CChar.self),
            (encoded.base + encoded.count).assumingMemoryBound(to: CChar.self), Int32(bytes.count), bound, acceleration)
        guard size > 0 else { throw ZarrError(.corrupt, "lz4 cannot compress the bytes") }
        encoded.count += Int(size)
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        guard encoded.count >= 4, encoded.count - 4 <= Int32.max else {
            throw ZarrError(.corrupt, "\(encoded.count) bytes are too few or too many for an lz4 block with its size")
        }
        let count = UInt32(littleEndian: encoded.loadUnaligned(as: UInt32.self))
        guard count <= room.count, let room32 = Int32(exactly: count) else {
            throw ZarrError(.corrupt, "the lz4 block holds \(count) bytes, more than the \(room.count) expected")
        }
        // Safety: LZ4_decompress_safe keeps to both sizes.
        let made = LZ4_decompress_safe(
            (encoded.orEmpty + 4).assumingMemoryBound(to: CChar.self),
            room.orEmpty.assumingMemoryBound(to: CChar.self), Int32(encoded.count - 4), room32)
        guard made == room32 else { throw ZarrError(.corrupt, "the lz4 block is damaged or incomplete") }
        return Int(made)
    }
}
