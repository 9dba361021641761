import Synchronization
import Zarr

/// Takes the encoded chunks of one level and stores them: as files of their own, or gathered into shards.
///
/// Shards are written from front to back while their chunks are made, so none is ever held in memory, and each file is
/// written once.
final class LevelSink: Sendable {
    /// Encodes one chunk.
    let encoder: CodecPipeline
    /// Elements of one chunk.
    let chunkShape: [Int]
    /// False for a level that is there already and only passed through.
    let isStored: Bool

    private let metadata: ArrayMetadata
    private let layout: ShardLayout?
    private let store: any WritableStore
    private let key: StoreKey
    private let level: Int
    private let order: VisitOrder
    private let shards = Mutex<[[Int]: OpenShard]>([:])

    private struct OpenShard {
        let writer: ShardWriter
        var missing: Int
    }

    init(
        _ metadata: ArrayMetadata, level: Int, store: any WritableStore, key: StoreKey, order: VisitOrder,
        isStored: Bool = true
    ) throws {
        self.isStored = isStored
        self.metadata = metadata
        self.level = level
        self.store = store
        self.key = key
        self.order = order
        layout = try ShardLayout(metadata)
        chunkShape = metadata.innerChunkShape
        encoder =
            try layout?.inner
            ?? CodecPipeline(
                metadata.codecs, chunkShape: metadata.chunkShape, type: metadata.type, fillValue: metadata.fillValue)
    }

    /// Stores one chunk.
    ///
    /// - Parameters:
    ///   - index: the chunk's position in the grid of chunks.
    ///   - encoded: nil where every element is the fill value; nothing is stored then.
    /// - Returns: bytes of the object this chunk completed; 0 where its shard waits for more.
    func add(chunk index: [Int], encoded: UnsafeRawBufferPointer?) throws -> Int {
        guard let layout else {
            guard let encoded else { return 0 }
            try store.write(key.appending(metadata.key(ofChunk: index)), encoded)
            return encoded.count
        }
        let shardIndex = zip(index, layout.chunksPerShard).map { $0 / $1 }
        let position = zip(index, layout.chunksPerShard).reduce(0) { $0 * $1.1 + $1.0 % $1.1 }
        let writer = try writer(forShard: shardIndex, layout)
        try writer.add(chunk: position, encoded: encoded)
        return countDown(shardIndex) ? try writer.finish() : 0
    }

    /// Throws away the shards that are not complete.
    func abandon() {
        shards.withLock { shards in
            for shard in shards.values { shard.writer.abandon() }
            shards = [:]
        }
    }

    private func writer(forShard index: [Int], _ layout: ShardLayout) throws -> ShardWriter {
        try shards.withLock { shards in
            if let shard = shards[index] { return shard.writer }
            let origin = zip(index, metadata.chunkShape).map { $0 * $1 }
            let extent = origin.indices.map { min(metadata.chunkShape[$0], metadata.shape[$0] - origin[$0]) }
            let chunks = order.chunks(
                ofShard: Region(origin: origin, shape: extent), level: level, chunk: layout.chunkShape,
                chunksPerShard: layout.chunksPerShard)
            let writer = try ShardWriter(
                layout, store: store, key: key.appending(metadata.key(ofChunk: index)), order: chunks)
            shards[index] = OpenShard(writer: writer, missing: chunks.count)
            return writer
        }
    }

    /// True for the chunk that completes its shard.
    private func countDown(_ index: [Int]) -> Bool {
        shards.withLock { shards in
            shards[index]?.missing -= 1
            guard shards[index]?.missing == 0 else { return false }
            shards[index] = nil
            return true
        }
    }
}
