/// An array whose elements another codec replaces before they become bytes: the filters of v2 that know what elements
/// are, which v3 calls codecs from array to array.
///
/// Such a codec and all that stand behind it are one codec from array to bytes, so that a pipeline has one type of
/// elements.
struct RecodedArrayCodec: ArrayToBytesCodec {
    private let elements: any ElementCodec
    /// What encodes the new elements.
    private let inner: CodecPipeline

    /// - Parameters:
    ///   - shape: of the array, as the codecs before leave it.
    ///   - rest: the codecs behind.
    init(_ elements: any ElementCodec, shape: [Int], rest: [CodecSpec], fillValue: FillValue) throws {
        self.elements = elements
        let type = elements.encodedType, keepsValues = elements is BitRoundCodec
        if !keepsValues, let sharding = rest.first(where: { $0.name == ShardingIndexedCodec.name }) {
            throw ZarrError(
                .unsupported,
                "\(sharding.name) behind a codec that changes values cannot be read, because nothing says what a "
                    + "missing chunk holds: the codec belongs into the \"codecs\" of \(sharding.name)")
        }
        inner = try CodecPipeline(
            rest, chunkShape: elements.encoded(shape: shape), type: type,
            fillValue: keepsValues ? fillValue : .zero(type))
    }

    var encodedSize: Int? { inner.encodedSize }
    var largestEncodedSize: Int { inner.largestEncodedSize }
    var isVerbatim: Bool { false }
    var worksInPlace: Bool { false }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        try workspace.withBlock(inner.byteCount) { block in
            block.count = inner.byteCount
            elements.encode(pixels, into: UnsafeMutableRawBufferPointer(rebasing: block.room[..<block.count]))
            try inner.append(block.bytes, to: encoded, workspace)
        }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws {
        try workspace.withBlock(inner.byteCount) { block in
            block.count = inner.byteCount
            let room = UnsafeMutableRawBufferPointer(rebasing: block.room[..<block.count])
            try inner.decode(encoded, into: room, workspace)
            try elements.decode(UnsafeRawBufferPointer(room), into: pixels)
        }
    }
}
