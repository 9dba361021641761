import CBZip2

/// The codec `bz2` of numcodecs: bzip2. Streams that follow one another are read to the end.
///
/// - Source: numcodecs, `bz2`.
struct BZ2Codec: BytesToBytesCodec {
    static let name = "numcodecs.bz2"

    private let level: Int32

    init(_ spec: CodecSpec) throws { level = Int32(try spec.integer("level", in: 1...9, standard: 1)) }

    // libbz2 counts the bytes of one call in 32 bits.
    private static let mostAtOnce = 1 << 30

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        guard bytes.count <= Self.mostAtOnce else {
            throw ZarrError(
                .invalidCall,
                "bz2 is written for at most \(Self.mostAtOnce) bytes, the chunk has \(bytes.count): use smaller "
                    + "chunks, or zstd")
        }
        // The bound of libbz2's manual: one percent and 600 bytes.
        var size = UInt32(bytes.count + bytes.count / 100 + 600)
        encoded.reserve(encoded.count + Int(size))
        // Safety: the source is only read, though the parameter lacks the const.
        let result = BZ2_bzBuffToBuffCompress(
            (encoded.base + encoded.count).assumingMemoryBound(to: CChar.self), &size,
            UnsafeMutablePointer(mutating: bytes.orEmpty.assumingMemoryBound(to: CChar.self)), UInt32(bytes.count),
            level, 0, 0)
        guard result == BZ_OK else { throw ZarrError(.limitExceeded, "bz2 has no memory left to compress the bytes") }
        encoded.count += Int(size)
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        var read = 0, written = 0
        repeat { try Self.decodeStream(encoded, &read, into: room, &written) } while read < encoded.count
        return written
    }

    /// Decodes one stream, from `read` on to `written` on, and moves both behind it.
    private static func decodeStream(
        _ encoded: UnsafeRawBufferPointer, _ read: inout Int, into room: UnsafeMutableRawBufferPointer,
        _ written: inout Int
    ) throws {
        var stream = bz_stream()
        guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else {
            throw ZarrError(.limitExceeded, "bz2 has no memory left to decode the bytes")
        }
        defer { BZ2_bzDecompressEnd(&stream) }
        while true {
            let input = UInt32(min(encoded.count - read, mostAtOnce))
            let output = UInt32(min(room.count - written, mostAtOnce))
            // Safety: libbz2 reads `avail_in` and writes `avail_out` bytes at most, and only reads the source.
            stream.next_in = UnsafeMutablePointer(
                mutating: (encoded.orEmpty + read).assumingMemoryBound(to: CChar.self))
            stream.avail_in = input
            stream.next_out = (room.orEmpty + written).assumingMemoryBound(to: CChar.self)
            stream.avail_out = output
            let result = BZ2_bzDecompress(&stream)
            read += Int(input - stream.avail_in)
            written += Int(output - stream.avail_out)
            if result == BZ_STREAM_END { return }
            guard result == BZ_OK else { throw ZarrError(.corrupt, "the bz2 stream is damaged") }
            guard stream.avail_in < input || stream.avail_out < output else {
                throw written == room.count
                    ? ZarrError(.corrupt, "the bz2 stream holds more than the \(room.count) bytes expected")
                    : ZarrError(.corrupt, "the bz2 stream is incomplete")
            }
        }
    }
}
