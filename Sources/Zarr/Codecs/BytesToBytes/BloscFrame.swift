import CZstd

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The header of a Blosc 1 frame, and the making and reading of zstd frames without c-blosc.
///
/// c-blosc cuts a chunk into blocks of its own liking, runs zstd level 2n-1 for level n and makes a new zstd state for
/// each block. One block for the whole chunk with a state that is kept takes a third of the time at the same size, and
/// every reader of Blosc 1 opens it.
///
/// - Source: c-blosc, README_CHUNK_FORMAT (whose sentence on the origin of block offsets is wrong: they count from the
///   start of the frame) and blosc.c.
package struct BloscFrame {
    /// Bytes of content, encoded and decoded.
    let contentSize: Int
    private let flags: UInt8
    private let typeSize: Int
    private let blockSize: Int

    private static let headerSize = 16
    /// c-blosc counts in 32 bits with sign and wants 16 bytes to spare.
    static let largestContent = Int(Int32.max) - headerSize
    /// BLOSC_MAX_BLOCKSIZE of c-blosc, beyond which it refuses to read, rounded down to a multiple of every type size.
    private static let largestBlock = 512 << 20
    /// c-blosc stores smaller contents as they are.
    private static let smallestCompressed = 128

    private enum Flag {
        static let byteShuffle: UInt8 = 0x01
        static let stored: UInt8 = 0x02
        static let bitShuffle: UInt8 = 0x04
        static let unsplit: UInt8 = 0x10
        static let zstd: UInt8 = 4 << 5
    }

    /// Reads and checks a header.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the header does not fit the bytes behind it.
    package init(_ encoded: UnsafeRawBufferPointer) throws {
        guard encoded.count >= Self.headerSize else {
            throw ZarrError(.corrupt, "\(encoded.count) bytes are too few for a blosc frame")
        }
        func word(_ offset: Int) -> Int {
            Int(UInt32(littleEndian: encoded.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        guard encoded[0] == 2 else {
            throw ZarrError(.corrupt, "not a blosc frame: its version is \(encoded[0]), not 2")
        }
        flags = encoded[2]
        typeSize = Int(encoded[3])
        contentSize = word(4)
        blockSize = word(8)
        guard word(12) == encoded.count else {
            throw ZarrError(.corrupt, "the blosc frame should have \(word(12)) bytes, but there are \(encoded.count)")
        }
        let isSound = contentSize <= Self.largestContent && typeSize > 0 && (contentSize == 0 || blockSize > 0)
        guard isSound, isStored ? contentSize + Self.headerSize == encoded.count : blockTableFits(encoded.count) else {
            throw ZarrError(.corrupt, "the header of the blosc frame contradicts itself")
        }
    }

    private var isStored: Bool { flags & Flag.stored != 0 }
    private var blockCount: Int { contentSize == 0 ? 0 : (contentSize - 1) / blockSize + 1 }

    private func blockTableFits(_ size: Int) -> Bool {
        blockSize <= max(contentSize, 1) && blockCount <= (size - Self.headerSize) / 4
    }

    /// The compressor the header names.
    var compressorName: String {
        let names = ["blosclz", "lz4", "snappy", "zlib", "zstd"], code = Int(flags >> 5)
        return code < names.count ? names[code] : "compressor \(code)"
    }
}

// MARK: - Decoding

extension BloscFrame {
    /// Decodes the blocks of stored and unsplit zstd frames that are shuffled by bytes or not at all.
    ///
    /// - Parameters:
    ///   - wanted: which bytes of the content.
    ///   - room: at least `contentSize` bytes.
    /// - Returns: false where the frame is of another kind, which c-blosc must decode.
    func decode(
        _ wanted: Range<Int>, of encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ workspace: CodecWorkspace
    ) throws -> Bool {
        if wanted.isEmpty { return true }
        if isStored {
            memcpy(
                room.orEmpty + wanted.lowerBound, encoded.orEmpty + Self.headerSize + wanted.lowerBound, wanted.count)
            return true
        }
        guard flags & ~Flag.byteShuffle == Flag.unsplit | Flag.zstd else { return false }
        let isShuffled = flags & Flag.byteShuffle != 0 && typeSize > 1
        try workspace.withBlock(isShuffled ? blockSize : 0) { shuffled in
            for number in wanted.lowerBound / blockSize...(wanted.upperBound - 1) / blockSize {
                let start = number * blockSize, size = min(blockSize, contentSize - start)
                let target = room.orEmpty + start
                let source = try payload(number, encoded)
                try Self.unpack(source, into: isShuffled ? shuffled.base : target, size, workspace)
                if isShuffled { ByteShuffle.undo(shuffled.base, into: target, size, typeSize) }
            }
        }
        return true
    }

    /// The bytes of a block behind its length, checked against the frame.
    private func payload(_ number: Int, _ encoded: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        func word(_ offset: Int) -> Int {
            Int(Int32(littleEndian: encoded.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        let offset = word(Self.headerSize + 4 * number)
        guard offset >= Self.headerSize + 4 * blockCount, offset <= encoded.count - 4 else {
            throw ZarrError(.corrupt, "block \(number) of the blosc frame begins outside of the frame")
        }
        let size = word(offset)
        guard size > 0, size <= encoded.count - offset - 4 else {
            throw ZarrError(.corrupt, "block \(number) of the blosc frame reaches past the end of the frame")
        }
        return UnsafeRawBufferPointer(rebasing: encoded[offset + 4..<offset + 4 + size])
    }

    private static func unpack(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, _ size: Int, _ workspace: CodecWorkspace
    ) throws {
        if source.count == size {
            memcpy(target, source.orEmpty, size)
            return
        }
        let made = ZSTD_decompressDCtx(try workspace.zstdDecompressor(), target, size, source.baseAddress, source.count)
        guard ZSTD_isError(made) == 0 else { throw ZstdCodec.failure("decode", made) }
        guard made == size else {
            throw ZarrError(.corrupt, "a block of the blosc frame holds \(made) bytes instead of \(size)")
        }
    }
}

// MARK: - Encoding

extension BloscFrame {
    /// Adds a zstd frame to a block.
    ///
    /// - Parameters:
    ///   - typeSize: bytes of the elements to shuffle; 1 is no shuffle.
    ///   - level: of zstd; 0 stores the content as it is.
    ///   - blockSize: 0 is one block for everything.
    static func encode(
        _ content: UnsafeRawBufferPointer, typeSize: Int, level: Int, blockSize: Int, into encoded: ByteBlock,
        _ workspace: CodecWorkspace
    ) throws {
        let wanted = blockSize == 0 ? largestBlock : min(max(blockSize / typeSize, 1) * typeSize, largestBlock)
        let blockSize = min(wanted, content.count)
        let start = encoded.count
        if level > 0 && content.count >= smallestCompressed {
            try compress(content, typeSize, level, blockSize, into: encoded, workspace)
        }
        // No gain: the content is stored, which also is the fastest to read.
        if encoded.count == start || encoded.count - start >= content.count + headerSize {
            encoded.count = start
            store(content, typeSize, blockSize, into: encoded)
        }
    }

    private static func compress(
        _ content: UnsafeRawBufferPointer, _ typeSize: Int, _ level: Int, _ blockSize: Int, into encoded: ByteBlock,
        _ workspace: CodecWorkspace
    ) throws {
        let context = try workspace.zstdCompressor()
        ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        let start = encoded.count, blockCount = (content.count - 1) / blockSize + 1
        let bound = ZSTD_compressBound(blockSize)
        encoded.reserve(start + headerSize + 4 * blockCount)
        encoded.count = start + headerSize + 4 * blockCount
        try workspace.withBlock(typeSize > 1 ? blockSize : 0) { shuffled in
            for number in 0..<blockCount {
                let first = number * blockSize, size = min(blockSize, content.count - first)
                var source = content.orEmpty + first
                if typeSize > 1 {
                    ByteShuffle.run(source, into: shuffled.base, size, typeSize)
                    source = UnsafeRawPointer(shuffled.base)
                }
                encoded.reserve(encoded.count + 4 + bound)
                put(encoded.count - start, at: start + headerSize + 4 * number, in: encoded)
                let target = encoded.base + encoded.count + 4
                var packed = ZSTD_compress2(context, target, bound, source, size)
                guard ZSTD_isError(packed) == 0 else { throw ZstdCodec.failure("compress", packed) }
                if packed >= size {
                    // A block as long as its content is one that was stored.
                    memcpy(target, source, size)
                    packed = size
                }
                encoded.count += 4
                put(packed, at: encoded.count - 4, in: encoded)
                encoded.count += packed
            }
        }
        let shuffle = typeSize > 1 ? Flag.byteShuffle : 0
        putHeader(Flag.unsplit | Flag.zstd | shuffle, typeSize, content.count, blockSize, at: start, in: encoded)
    }

    private static func store(
        _ content: UnsafeRawBufferPointer, _ typeSize: Int, _ blockSize: Int, into encoded: ByteBlock
    ) {
        let start = encoded.count
        encoded.reserve(start + headerSize + content.count)
        encoded.count = start + headerSize
        encoded.append(content)
        putHeader(
            Flag.unsplit | Flag.zstd | Flag.stored, typeSize, content.count, max(blockSize, 1), at: start, in: encoded)
    }

    private static func putHeader(
        _ flags: UInt8, _ typeSize: Int, _ contentSize: Int, _ blockSize: Int, at start: Int, in encoded: ByteBlock
    ) {
        let version: UInt8 = 2, zstdVersion: UInt8 = 1
        for (offset, byte) in [version, zstdVersion, flags, UInt8(typeSize)].enumerated() {
            encoded.base.storeBytes(of: byte, toByteOffset: start + offset, as: UInt8.self)
        }
        put(contentSize, at: start + 4, in: encoded)
        put(blockSize, at: start + 8, in: encoded)
        put(encoded.count - start, at: start + 12, in: encoded)
    }

    /// Safety: every offset lies below the count of the block.
    private static func put(_ value: Int, at offset: Int, in encoded: ByteBlock) {
        encoded.base.storeBytes(of: UInt32(value).littleEndian, toByteOffset: offset, as: UInt32.self)
    }
}
