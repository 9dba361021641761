import CLZ4

/// The compression `lz4` of N5: blocks of LZ4, each with a header, until an empty one.
///
/// A header is the word `LZ4Block`, one byte for the method, and the sizes of the encoded and the decoded block and a
/// checksum in 32 bits each, little-endian.
///
/// - Source: lz4-java, `LZ4BlockOutputStream`. This is neither the LZ4 frame format nor the `lz4` of numcodecs.
struct LZ4BlockStreamCodec: BytesToBytesCodec {
    static let name = "n5.lz4"

    private enum Method: UInt8 {
        case stored = 0x10
        case lz4 = 0x20
    }

    private static let word = Array("LZ4Block".utf8)
    private static let headerSize = 21
    /// lz4-java's own seed; of the checksum it keeps 28 bits.
    private static let seed: UInt32 = 0x9747_B28C, kept: UInt32 = 0x0FFF_FFFF
    /// What n5 writes: blocks of 64 KiB, whose size stands in the low bits of the method as a power of two above 1024.
    private static let blockSize = 1 << 16, blockLevel: UInt8 = 6

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        for start in stride(from: 0, to: bytes.count, by: Self.blockSize) {
            let block = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + Self.blockSize, bytes.count)])
            append(block, to: encoded)
        }
        appendHeader(.stored, 0, 0, 0, to: encoded)
    }

    private func append(_ block: UnsafeRawBufferPointer, to encoded: ByteBlock) {
        let header = encoded.count, bound = LZ4_compressBound(Int32(block.count))
        encoded.append(count: Self.headerSize)
        encoded.reserve(encoded.count + Int(bound))
        // Safety: blocks have 64 KiB, and the bound is LZ4's own.
        let size = LZ4_compress_default(
            block.orEmpty.assumingMemoryBound(to: CChar.self),
            (encoded.base + encoded.count).assumingMemoryBound(to: CChar.self), Int32(block.count), bound)
        let isStored = size <= 0 || size >= block.count
        encoded.count = header
        appendHeader(
            isStored ? .stored : .lz4, isStored ? block.count : Int(size), block.count,
            XXHash32.of(block, seed: Self.seed) & Self.kept, to: encoded)
        if isStored { encoded.append(block) } else { encoded.count += Int(size) }
    }

    private func appendHeader(
        _ method: Method, _ size: Int, _ decodedSize: Int, _ checksum: UInt32, to encoded: ByteBlock
    ) {
        (Self.word + [method.rawValue | Self.blockLevel]).withUnsafeBytes { encoded.append($0) }
        [UInt32(truncatingIfNeeded: size), UInt32(truncatingIfNeeded: decodedSize), checksum].map(\.littleEndian)
            .withUnsafeBytes { encoded.append($0) }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        var rest = encoded[...], written = 0
        while true {
            guard rest.count >= Self.headerSize, rest.starts(with: Self.word),
                let method = Method(rawValue: rest[rest.startIndex + 8] & 0xF0)
            else {
                throw ZarrError(.corrupt, "the lz4 stream has no block where one must begin")
            }
            let header = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.headerSize))
            let (size, decodedSize, checksum) = (
                Self.number(header, 9), Self.number(header, 13), Self.number(header, 17)
            )
            rest = rest.dropFirst(Self.headerSize)
            if size == 0 && decodedSize == 0 { return written }
            guard size <= rest.count else { throw ZarrError(.corrupt, "the lz4 stream is incomplete") }
            guard decodedSize <= room.count - written else {
                throw ZarrError(.corrupt, "the lz4 stream holds more than the \(room.count) bytes expected")
            }
            let target = UnsafeMutableRawBufferPointer(rebasing: room[written..<written + decodedSize])
            try Self.decode(UnsafeRawBufferPointer(rebasing: rest.prefix(size)), method, into: target)
            guard XXHash32.of(UnsafeRawBufferPointer(target), seed: Self.seed) & Self.kept == checksum else {
                throw ZarrError(.corrupt, "the checksum of a block of the lz4 stream differs: it is damaged")
            }
            written += decodedSize
            rest = rest.dropFirst(size)
        }
    }

    private static func decode(
        _ block: UnsafeRawBufferPointer, _ method: Method, into target: UnsafeMutableRawBufferPointer
    ) throws {
        let isSound: Bool
        switch method {
        case .stored:
            isSound = block.count == target.count
            if isSound { target.copyMemory(from: block) }
        case .lz4:
            // Safety: LZ4_decompress_safe keeps to both sizes.
            let made = LZ4_decompress_safe(
                block.orEmpty.assumingMemoryBound(to: CChar.self),
                target.orEmpty.assumingMemoryBound(to: CChar.self), Int32(clamping: block.count),
                Int32(clamping: target.count))
            isSound = made == target.count
        }
        guard isSound else { throw ZarrError(.corrupt, "a block of the lz4 stream is damaged") }
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
        Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
}
