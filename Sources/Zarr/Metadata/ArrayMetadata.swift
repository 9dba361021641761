/// What an array is: shape, type, chunks and codecs, in one form for all formats.
///
/// - Source: Zarr v3 core, "Array metadata"; Zarr v2, "Metadata" (`.zarray`); N5 specification 4.0.0.
public struct ArrayMetadata: Sendable, Hashable {
    /// The format of the documents.
    public var format: ZarrFormat
    /// Elements on each axis, C order.
    public var shape: [Int]
    /// Type of one element.
    public var type: DataType
    /// Elements of a stored object on each axis: of the shard where the array is sharded, else of the chunk.
    public var chunkShape: [Int]
    /// What encodes a chunk, in the order of encoding and under the names of v3. The filters, compressor, order and
    /// byte order of v2 are mapped to this form.
    public var codecs: [CodecSpec]
    /// The value of elements that were never written.
    public var fillValue: FillValue
    /// How chunks are named.
    public var keyEncoding: ChunkKeyEncoding
    /// A name or nil for each axis; nil where the document has none, as in v2.
    public var dimensionNames: [String?]?
    /// The user's attributes, verbatim; an object.
    public var attributes: JSONValue

    /// Metadata for a new array. Nothing is checked before it is written or read.
    ///
    /// - Parameters:
    ///   - chunkShape: of the shard where the array is sharded.
    ///   - codecs: in the order of encoding.
    ///   - fillValue: nil is zero.
    ///   - keyEncoding: nil is `c/0/1` for v3, `0/1` for v2 and `1/0` for N5.
    public init(
        format: ZarrFormat = .v3, shape: [Int], type: DataType, chunkShape: [Int], codecs: [CodecSpec],
        fillValue: FillValue? = nil, keyEncoding: ChunkKeyEncoding? = nil, dimensionNames: [String?]? = nil,
        attributes: JSONValue = .object([:])
    ) {
        self.format = format
        self.shape = shape
        self.type = type
        self.chunkShape = chunkShape
        self.codecs = codecs
        self.fillValue = fillValue ?? .zero(type)
        self.keyEncoding = keyEncoding ?? .standard(format)
        self.dimensionNames = dimensionNames
        self.attributes = attributes
    }

    /// Number of axes.
    public var rank: Int { shape.count }

    /// Chunks on each axis of the grid; an edge chunk counts whole.
    public var gridShape: [Int] { zip(shape, chunkShape).map { $0 == 0 ? 0 : ($0 - 1) / $1 + 1 } }

    /// Elements on each axis of the smallest chunk that can be read alone; `chunkShape` where the array is not sharded.
    public var innerChunkShape: [Int] { Self.innermost(codecs, chunkShape) }

    /// The key of a chunk's object relative to the array, such as `c/0/1`.
    ///
    /// - Parameter index: the chunk's place on each axis of the grid.
    public func key(ofChunk index: [Int]) -> String { keyEncoding.key(ofChunk: index) }

    /// The elements a chunk holds, including those beyond the edge of the array.
    public func region(ofChunk index: [Int]) -> Region {
        Region(origin: zip(index, chunkShape).map { $0 * $1 }, shape: chunkShape)
    }

    private static func innermost(_ codecs: [CodecSpec], _ chunkShape: [Int]) -> [Int] {
        guard let last = codecs.last, last.name == ShardingIndexedCodec.name,
            let inner = last.configuration["chunk_shape"]?.ints, inner.count == chunkShape.count
        else { return chunkShape }
        // The sharding codec sees the transposed array; each transpose is undone, the last one first.
        var shape = innermost(
            last.configuration["codecs"]?.array?.compactMap { try? CodecSpec(json: $0) } ?? [], inner)
        for codec in codecs.dropLast().reversed() {
            guard let order = try? TransposeCodec(codec, rank: shape.count).order else { return chunkShape }
            var undone = shape
            for (axis, from) in order.enumerated() { undone[from] = shape[axis] }
            shape = undone
        }
        return shape
    }
}

extension ArrayMetadata {
    /// Largest extent of an axis: sums of a few extents cannot overflow.
    static let largestExtent = 1 << 48

    /// Checks what the rest of the library relies on: ranks agree, extents are sound, and no product overflows.
    ///
    /// - Throws: ``ZarrError`` with the code given.
    func check(_ code: ZarrError.Code = .corrupt) throws {
        guard rank <= 64 else { throw ZarrError(code, "an array of \(rank) axes: at most 64 can be read") }
        guard chunkShape.count == rank else {
            throw ZarrError(
                code, "the chunk shape \(chunkShape) has not one extent for each axis of the shape \(shape)")
        }
        if let names = dimensionNames, names.count != rank {
            throw ZarrError(code, "there are \(names.count) dimension_names for \(rank) axes")
        }
        guard shape.allSatisfy({ 0...Self.largestExtent ~= $0 }) else {
            throw ZarrError(code, "the shape \(shape) has an extent below 0 or above 2^48")
        }
        guard chunkShape.allSatisfy({ 1...Self.largestExtent ~= $0 }) else {
            throw ZarrError(code, "the chunk shape \(chunkShape) has an extent below 1 or above 2^48")
        }
        for extents in [shape, chunkShape] {
            guard extents.byteCount(type) != nil else {
                throw ZarrError(
                    code, "the shape \(extents) of type \(type) has more bytes than can be addressed")
            }
        }
        guard fillValue.bytes.count == type.size else {
            throw ZarrError(
                code, "the fill value has \(fillValue.bytes.count) bytes, \(type) has \(type.size)")
        }
        guard attributes.object != nil else {
            throw ZarrError(code, "the attributes must be an object, not \(attributes.excerpt)")
        }
    }
}

extension [Int] {
    /// Bytes of an array of this shape; nil where that, or a part of the product, is more than 2^62.
    func byteCount(_ type: DataType) -> Int? {
        var bytes = type.size
        for extent in self {
            // An extent of 0 counts as 1, so that no product of the other extents can overflow later either.
            let (product, overflow) = bytes.multipliedReportingOverflow(by: Swift.max(extent, 1))
            guard !overflow, product <= 1 << 62 else { return nil }
            bytes = product
        }
        return contains(0) ? 0 : bytes
    }
}
