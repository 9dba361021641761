/// The codec `n5_default`: a block of N5, which is a header and the elements behind it, big-endian and perhaps compressed.
///
/// The header says how many elements the block has on each axis. At the edge of the array some writers cut blocks off
/// and others pad them, even in one array; so each block is believed, as far as it fits into the chunk. What it leaves
/// out is the fill value.
///
/// - Source: N5 specification 4.0.0, "Default (non-dataset) blocks"; zarr-extensions, `n5_default`.
struct N5DefaultCodec: ArrayToBytesCodec {
    static let name = "n5_default"

    /// What encodes the elements of a block.
    private let codecs: [CodecSpec]
    /// The same, prepared for a whole chunk.
    private let whole: CodecPipeline
    /// True where a transpose makes the first axis the fastest, as in arrays of Zarr v3 that hold blocks of N5.
    private let isTransposed: Bool

    /// - Throws: ``ZarrError`` with code `.corrupt` where the codecs are not those of a block.
    init(_ spec: CodecSpec, shape: [Int], type: DataType, fillValue: FillValue) throws {
        codecs = try CodecSpec.list(spec.configuration["codecs"], what: "the \"codecs\" of n5_default")
        let transposes = codecs.filter { $0.name == TransposeCodec.name }
        isTransposed = !transposes.isEmpty
        let isReversal = try transposes.allSatisfy {
            try TransposeCodec($0, rank: shape.count).order == Array(shape.indices.reversed())
        }
        let isBigEndian = codecs.contains {
            $0.name == BytesCodec.name && (type.componentSize == 1 || $0.configuration["endian"] == "big")
        }
        guard transposes.count <= 1, isReversal, isBigEndian else {
            throw ZarrError(
                .corrupt,
                "the \"codecs\" of n5_default must be a transpose that reverses the axes, bytes with \"endian\": "
                    + "\"big\" and a compressor")
        }
        whole = try CodecPipeline(codecs, chunkShape: shape, type: type, fillValue: fillValue)
    }

    /// - Parameter codecs: of the elements: bytes, big-endian, then perhaps a compressor.
    static func spec(_ codecs: [CodecSpec]) -> CodecSpec { CodecSpec(name, ["codecs": .array(codecs.map(\.json))]) }

    var encodedSize: Int? { nil }
    // Blocks of other modes have longer headers, and shall be refused by name and not for their size.
    var largestEncodedSize: Int {
        N5BlockHeader.size(rank: whole.chunkShape.count) + whole.largestEncodedSize + 1 << 10
    }
    var isVerbatim: Bool { false }
    var worksInPlace: Bool { false }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        N5BlockHeader(shape: fastestFirst(whole.chunkShape)).append(to: encoded)
        try whole.append(pixels, to: encoded, workspace)
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws {
        let header = try N5BlockHeader(encoded, rank: whole.chunkShape.count)
        let elements = UnsafeRawBufferPointer(rebasing: encoded[header.byteCount...])
        let shape = fastestFirst(header.shape)
        if shape == whole.chunkShape { return try whole.decode(elements, into: pixels, workspace) }
        guard zip(shape, whole.chunkShape).allSatisfy({ 1...$1 ~= $0 }) else {
            throw ZarrError(
                .corrupt,
                "the N5 block has the shape \(shape), which does not fit into the block size \(whole.chunkShape)")
        }
        let chunk = StridedPixels(base: pixels.orEmpty, shape: whole.chunkShape, type: whole.type)
        chunk.fill(with: whole.fillValue.bytes)
        let block = Region(wholeOf: shape)
        let part = try CodecPipeline(codecs, chunkShape: shape, type: whole.type, fillValue: whole.fillValue)
        try part.decode(elements, block, into: chunk.subview(block), workspace)
    }

    /// Between the order of the header's axes, the fastest first, and the chunk's.
    private func fastestFirst(_ shape: [Int]) -> [Int] { isTransposed ? shape : shape.reversed() }
}
