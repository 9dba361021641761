/// Rearranges an array before it becomes bytes.
///
/// Both directions are views of the same memory, never copies: an encoder reads through `encoded(pixels)`, a decoder
/// writes through it.
protocol ArrayToArrayCodec: Sendable {
    /// The shape of the encoded array.
    func encoded(shape: [Int]) -> [Int]
    /// Where a region of the array lies in the encoded array.
    func encoded(_ region: Region) -> Region
    /// The encoded array as a view of the pixels.
    func encoded(_ pixels: StridedPixels) -> StridedPixels
}

/// Puts other elements into the place of an array's: other values, another type, fewer of them. Prepared for one type.
///
/// What stands behind it in a list encodes the new elements; see ``RecodedArrayCodec``.
protocol ElementCodec: Sendable {
    /// Type of the encoded elements.
    var encodedType: DataType { get }
    /// The shape of the encoded array.
    func encoded(shape: [Int]) -> [Int]

    /// Encodes a whole array. Both sides are contiguous, in C order and machine byte order, and as large as shape and
    /// type say.
    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: UnsafeMutableRawBufferPointer)

    /// Decodes a whole array.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the elements cannot be what `encode` made.
    func decode(_ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer) throws
}

extension ElementCodec {
    func encoded(shape: [Int]) -> [Int] { shape }
}

/// Turns a chunk of pixels into bytes. Prepared for one shape and type.
protocol ArrayToBytesCodec: Sendable {
    /// Bytes an encoded chunk has; nil where that depends on the pixels.
    var encodedSize: Int? { get }
    /// Most bytes an encoded chunk of any sane writer has.
    var largestEncodedSize: Int { get }
    /// True where the encoded bytes are the pixels in memory.
    var isVerbatim: Bool { get }
    /// True where the encoded bytes are as many as those of the pixels, and `decode` may have both in one place.
    var worksInPlace: Bool { get }

    /// Adds the encoded chunk to a block.
    ///
    /// - Parameter pixels: the whole chunk, contiguous, C order, machine byte order.
    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws

    /// Decodes a whole chunk.
    func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace)
        throws
}

/// Turns bytes into other bytes: compression and checksums.
protocol BytesToBytesCodec: Sendable {
    /// Bytes that `count` bytes always become; nil where that depends on them.
    func encodedSize(_ count: Int) -> Int?

    /// Most bytes that `count` bytes become under any sane writer.
    func largestEncodedSize(_ count: Int) -> Int

    /// Adds the encoded bytes to a block.
    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws

    /// Decodes into a place of limited size.
    ///
    /// - Returns: the number of bytes decoded.
    /// - Throws: ``ZarrError`` with code `.corrupt` where they do not fit or the bytes are damaged.
    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int

    /// Decodes no more than it takes to have some of the bytes, each in its place. Bytes that a checksum covers are
    /// decoded all.
    ///
    /// - Parameters:
    ///   - wanted: which of the decoded bytes.
    ///   - room: for all decoded bytes; what lies outside of `wanted` may be anything afterwards.
    /// - Returns: false where that would be no less than all, or fails: then `decode` is to be asked.
    func decode(
        _ wanted: Range<Int>, of encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ workspace: CodecWorkspace
    ) throws -> Bool
}

extension BytesToBytesCodec {
    func decode(
        _ wanted: Range<Int>, of encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ workspace: CodecWorkspace
    ) throws -> Bool { false }

    func encodedSize(_ count: Int) -> Int? { nil }

    /// What compressors do to bytes they cannot compress: a few per thousand more, and a header. The factor of two costs
    /// only address space and leaves room for the oddest writer; a shard may hold thousands of chunks of a few bytes, so
    /// what is added to each is small.
    func largestEncodedSize(_ count: Int) -> Int { encodedSize(count) ?? 2 * min(count, 1 << 60) + 1 << 10 }
}
