/// How a sharded array puts its chunks into shards; what a writer of shards needs to know.
public struct ShardLayout: Sendable {
    /// Elements of an inner chunk on each axis.
    public let chunkShape: [Int]
    /// Inner chunks of a shard on each axis.
    public let chunksPerShard: [Int]
    /// What encodes an inner chunk.
    public let inner: CodecPipeline

    let indexCodec: ShardIndexCodec

    /// The layout of an array whose only codec is `sharding_indexed`; nil for any other array.
    ///
    /// - Throws: ``ZarrError`` as ``CodecPipeline/init(_:chunkShape:type:fillValue:)`` does.
    public init?(_ metadata: ArrayMetadata) throws {
        guard metadata.codecs.count == 1, metadata.codecs[0].name == ShardingIndexedCodec.name else { return nil }
        let codec = try ShardingIndexedCodec(
            metadata.codecs[0], shape: metadata.chunkShape, type: metadata.type, fillValue: metadata.fillValue)
        chunkShape = codec.chunkShape
        chunksPerShard = codec.chunksPerShard
        inner = codec.inner
        indexCodec = codec.indexCodec
    }

    /// Inner chunks of a shard.
    public var chunkCount: Int { indexCodec.chunkCount }

    /// The C-order number of an inner chunk.
    ///
    /// - Parameter index: its place in the shard on each axis.
    public func number(ofChunk index: [Int]) -> Int { zip(index, chunksPerShard).reduce(0) { $0 * $1.1 + $1.0 } }
}
