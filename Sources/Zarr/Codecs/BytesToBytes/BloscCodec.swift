import CBlosc

/// The codec `blosc`.
///
/// Decoding believes the frame's header alone, never the metadata. Zstd with byte shuffle or none is encoded and
/// decoded by ``BloscFrame``, everything else by c-blosc.
///
/// - Source: Zarr v3 codecs, `blosc` v1.0; c-blosc, README_CHUNK_FORMAT.
package struct BloscCodec: BytesToBytesCodec {
    static let name = "blosc"

    /// How the bytes of elements are rearranged first; the numbers are those of v2 and of c-blosc.
    enum Shuffle: Int, Sendable {
        case none, bytes, bits

        init?(name: String) {
            switch name {
            case "noshuffle": self = .none
            case "shuffle": self = .bytes
            case "bitshuffle": self = .bits
            default: return nil
            }
        }
    }

    /// c-blosc's name of the compressor.
    let compressor: String
    /// 0 (store) to 9. For zstd it is zstd's own level, where c-blosc would run level 2n-1: at the same ratio that is
    /// three times as fast (level 3 against 5).
    let level: Int
    let shuffle: Shuffle
    /// Bytes the shuffle regards as one element.
    let typeSize: Int
    /// 0 leaves the choice to us.
    let blockSize: Int

    init(_ spec: CodecSpec) throws {
        let configuration = spec.configuration
        compressor = configuration["cname"]?.string ?? "lz4"
        level = try spec.integer("clevel", in: 0...9, standard: 5)
        let size = try spec.integer("typesize", in: 1...DataType.largestSize, standard: 1)
        // A frame has one byte for it; c-blosc, too, takes larger elements for bytes.
        typeSize = size > 255 ? 1 : size
        blockSize = try spec.integer("blocksize", in: 0...Int(Int32.max), standard: 0)
        guard let shuffle = Shuffle(name: configuration["shuffle"]?.string ?? "noshuffle") else {
            throw ZarrError(
                .corrupt,
                "the \"shuffle\" of blosc must be \"noshuffle\", \"shuffle\" or \"bitshuffle\", not "
                    + (configuration["shuffle"]?.excerpt ?? "missing"))
        }
        self.shuffle = shuffle
    }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        guard bytes.count <= BloscFrame.largestContent else {
            throw ZarrError(
                .invalidCall,
                "blosc holds at most \(BloscFrame.largestContent) bytes, the chunk has \(bytes.count): use "
                    + "smaller chunks, or zstd")
        }
        if compressor == "zstd" && shuffle != .bits {
            try BloscFrame.encode(
                bytes, typeSize: shuffle == .bytes ? typeSize : 1, level: level, blockSize: blockSize, into: encoded,
                workspace)
        } else {
            try encodeByLibrary(bytes, into: encoded)
        }
    }

    private func encodeByLibrary(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock) throws {
        let room = bytes.count + Int(BLOSC_MAX_OVERHEAD)
        encoded.reserve(encoded.count + room)
        let size = blosc_compress_ctx(
            Int32(level), Int32(shuffle.rawValue), typeSize, bytes.count, bytes.orEmpty, encoded.base + encoded.count,
            room, compressor, blockSize, 1)
        guard size > 0 else {
            throw ZarrError(
                .unsupported,
                "this build of c-blosc cannot compress with \"\(compressor)\": use zstd, lz4, lz4hc, blosclz or zlib")
        }
        encoded.count += Int(size)
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        let frame = try BloscFrame(encoded)
        guard frame.contentSize <= room.count else {
            throw ZarrError(
                .corrupt, "the blosc frame holds \(frame.contentSize) bytes, more than the \(room.count) expected")
        }
        if try !frame.decode(0..<frame.contentSize, of: encoded, into: room, workspace) {
            try Self.decodeByLibrary(frame, encoded, into: room)
        }
        return frame.contentSize
    }

    func decode(
        _ wanted: Range<Int>, of encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ workspace: CodecWorkspace
    ) throws -> Bool {
        let frame = try BloscFrame(encoded)
        return try frame.contentSize == room.count && frame.decode(wanted, of: encoded, into: room, workspace)
    }

    /// Decodes by c-blosc, whatever the frame holds.
    package static func decodeByLibrary(
        _ frame: BloscFrame, _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws {
        // Safety: the header was checked against the buffer, and c-blosc checks what lies behind it.
        let size = blosc_decompress_ctx(encoded.orEmpty, room.orEmpty, room.count, 1)
        guard size == frame.contentSize else {
            let known = String(cString: blosc_list_compressors()).split(separator: ",")
            guard known.contains(where: { $0 == frame.compressorName }) else {
                throw ZarrError(
                    .unsupported,
                    "this build of c-blosc cannot decode \"\(frame.compressorName)\", only \(known.joined(separator: ", "))"
                )
            }
            throw ZarrError(.corrupt, "the blosc frame (\(frame.compressorName)) is damaged or incomplete")
        }
    }
}
