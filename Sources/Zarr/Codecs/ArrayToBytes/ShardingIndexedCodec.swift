/// The codec `sharding_indexed`: many chunks in one object, found through an index at its start or end.
///
/// - Source: Zarr v3 codecs, `sharding_indexed` v1.0.
struct ShardingIndexedCodec: ArrayToBytesCodec {
    static let name = "sharding_indexed"

    /// Elements of an inner chunk on each axis.
    let chunkShape: [Int]
    /// Inner chunks on each axis.
    let chunksPerShard: [Int]
    /// What encodes an inner chunk.
    let inner: CodecPipeline
    let indexCodec: ShardIndexCodec

    private let shardShape: [Int]

    /// - Parameter shape: of the shard, as the codecs before leave it.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the inner chunks do not divide the shard.
    init(_ spec: CodecSpec, shape: [Int], type: DataType, fillValue: FillValue) throws {
        guard let chunkShape = spec.configuration["chunk_shape"]?.ints, chunkShape.count == shape.count,
            zip(shape, chunkShape).allSatisfy({ $1 > 0 && $0 % $1 == 0 })
        else {
            throw ZarrError(
                .corrupt,
                "the \"chunk_shape\" of sharding_indexed, \(spec.configuration["chunk_shape"]?.excerpt ?? "missing"), "
                    + "must divide the shard, \(shape)")
        }
        self.chunkShape = chunkShape
        shardShape = shape
        chunksPerShard = zip(shape, chunkShape).map { $0 / $1 }
        inner = try CodecPipeline(
            CodecSpec.list(spec.configuration["codecs"], what: "the \"codecs\" of sharding_indexed"),
            chunkShape: chunkShape, type: type, fillValue: fillValue)
        indexCodec = try ShardIndexCodec(spec, chunksPerShard: chunksPerShard)
    }

    var encodedSize: Int? { nil }
    var isVerbatim: Bool { false }
    var worksInPlace: Bool { false }

    var largestEncodedSize: Int {
        let (bytes, overflow) = inner.largestEncodedSize.multipliedReportingOverflow(by: indexCodec.chunkCount)
        return overflow ? 1 << 60 : min(bytes, 1 << 60) + indexCodec.encodedSize
    }
}

// MARK: - Encoding

extension ShardingIndexedCodec {
    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        // Safety: the view is only read.
        let shard = StridedPixels(
            base: UnsafeMutableRawPointer(mutating: pixels.orEmpty), shape: shardShape, type: inner.type)
        var index = ShardIndex(chunkCount: indexCodec.chunkCount)
        let start = encoded.count
        if indexCodec.isAtStart { encoded.append(count: indexCodec.encodedSize) }
        try workspace.withBlock(inner.byteCount) { chunk in
            chunk.count = inner.byteCount
            let target = StridedPixels(base: chunk.base, shape: chunkShape, type: inner.type)
            for (number, part) in Region(wholeOf: shardShape).chunks(of: chunkShape).enumerated() {
                target.copy(from: shard.subview(part.inRegion))
                if !inner.fillValue.fills(chunk.bytes) {
                    let offset = encoded.count
                    try inner.append(chunk.bytes, to: encoded, workspace)
                    index.place(number, offset - start..<encoded.count - start)
                }
            }
        }
        try workspace.withBlock(indexCodec.encodedSize) { block in
            try indexCodec.encode(index, into: block, workspace)
            if indexCodec.isAtStart {
                let place = UnsafeMutableRawBufferPointer(start: encoded.base + start, count: block.count)
                place.copyMemory(from: block.bytes)
            } else {
                encoded.append(block.bytes)
            }
        }
    }
}

// MARK: - Decoding

extension ShardingIndexedCodec {
    func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws {
        let view = StridedPixels(base: pixels.orEmpty, shape: shardShape, type: inner.type)
        _ = try decode(Region(wholeOf: shardShape), from: MemorySource(bytes: encoded), into: view, workspace)
    }

    /// Decodes the inner chunks that a region touches: one read for the index, unless it is remembered, and one for the
    /// chunks.
    ///
    /// - Returns: false where the shard is absent.
    func decode(
        _ region: Region, from source: any ByteSource, into pixels: StridedPixels, _ workspace: CodecWorkspace
    ) throws -> Bool {
        guard let index = try index(of: source, workspace) else { return false }
        var batch = ShardReadBatch(inner)
        for part in region.chunks(of: chunkShape) {
            let target = pixels.subview(part.inRegion)
            let number = zip(part.index, chunksPerShard).reduce(0) { $0 * $1.1 + $1.0 }
            guard let bytes = try index.range(number) else {
                target.fill(with: inner.fillValue.bytes)
                continue
            }
            guard bytes.count <= inner.largestEncodedSize else {
                throw ZarrError(
                    .corrupt,
                    "the shard's index gives chunk \(part.index) \(bytes.count) bytes, more than it can have: the shard "
                        + "is damaged, write or copy it again")
            }
            if inner.sharding != nil {
                let nested = SourceSlice(base: source, offset: bytes.lowerBound, count: bytes.count)
                _ = try inner.decode(part.inChunk, from: nested, into: target, workspace)
                continue
            }
            try batch.add(bytes, part.inChunk, target)
            if batch.isFull { try batch.run(source, workspace) }
        }
        try batch.run(source, workspace)
        return true
    }

    private func index(of source: any ByteSource, _ workspace: CodecWorkspace) throws -> ShardIndex? {
        if let known = source.shardIndexes?[source.name] { return known }
        return try workspace.withBlock(0) { encoded in
            guard try source.read(indexCodec.range, into: encoded, limit: indexCodec.encodedSize) else { return nil }
            let index = try indexCodec.decode(encoded.bytes, workspace)
            source.shardIndexes?[source.name] = index
            return index
        }
    }
}
