import Synchronization
import Zarr

/// Takes the encoded chunks of an array that is rechunked and stores them: as objects of their own, or as shards that grow
/// from front to back.
final class ShardStreams: Sendable {
    /// Encodes one chunk.
    let encoder: CodecPipeline

    private let metadata: ArrayMetadata
    private let layout: ShardLayout?
    private let store: any WritableStore
    private let key: StoreKey
    /// The chunks of a shard that will come, in their order: the parts that lie in the array.
    private let order: @Sendable (Region) -> [Region]
    private let shards = Mutex<[[Int]: OpenShard]>([:])

    private struct OpenShard {
        let writer: ShardWriter
        var missing: Int
    }

    /// - Parameter order: the chunks that will come of a shard's region, in the order in which they lie in the file.
    init(
        _ metadata: ArrayMetadata, _ store: any WritableStore, _ key: StoreKey,
        order: @escaping @Sendable (Region) -> [Region]
    ) throws {
        self.metadata = metadata
        self.store = store
        self.key = key
        self.order = order
        layout = try ShardLayout(metadata)
        encoder =
            try layout?.inner
            ?? CodecPipeline(
                metadata.codecs, chunkShape: metadata.chunkShape, type: metadata.type, fillValue: metadata.fillValue)
    }

    /// Stores one chunk.
    ///
    /// - Parameters:
    ///   - origin: of the chunk in the array.
    ///   - encoded: nil where every element is the fill value.
    /// - Returns: bytes of the object this chunk completed; 0 where its shard waits for more.
    func add(at origin: [Int], _ encoded: UnsafeRawBufferPointer?) throws -> Int {
        let object = zip(origin, metadata.chunkShape).map { $0 / $1 }
        guard let layout else {
            guard let encoded else { return 0 }
            try store.write(key.appending(metadata.key(ofChunk: object)), encoded)
            return encoded.count
        }
        let writer = try writer(forShard: object, layout)
        try writer.add(chunk: number(at: origin, layout), encoded: encoded)
        return countDown(object) ? try writer.finish() : 0
    }

    /// Throws away the shards that are not complete.
    func abandon() {
        shards.withLock { shards in
            for shard in shards.values { shard.writer.abandon() }
            shards = [:]
        }
    }

    private func number(at origin: [Int], _ layout: ShardLayout) -> Int {
        layout.number(
            ofChunk: origin.indices.map { origin[$0] % metadata.chunkShape[$0] / layout.chunkShape[$0] })
    }

    private func writer(forShard index: [Int], _ layout: ShardLayout) throws -> ShardWriter {
        try shards.withLock { shards in
            if let shard = shards[index] { return shard.writer }
            let whole = metadata.region(ofChunk: index)
            let region = whole.intersection(Region(wholeOf: metadata.shape)) ?? whole
            let chunks = order(region).map { number(at: $0.origin, layout) }
            let writer = try ShardWriter(
                layout, store: store, key: key.appending(metadata.key(ofChunk: index)), order: chunks)
            shards[index] = OpenShard(writer: writer, missing: chunks.count)
            return writer
        }
    }

    /// True for the chunk that completes its shard.
    private func countDown(_ index: [Int]) -> Bool {
        shards.withLock { shards in
            guard var shard = shards[index] else { return false }
            shard.missing -= 1
            shards[index] = shard.missing == 0 ? nil : shard
            return shard.missing == 0
        }
    }
}
