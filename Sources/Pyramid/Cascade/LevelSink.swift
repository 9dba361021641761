import Synchronization
import Zarr

/// Takes the encoded chunks of one level and stores them: as files of their own, or gathered into shards.
///
/// Shards are written from front to back while their chunks are made, so none is ever held in memory, and each file is
/// written once. Files that were complete before are left as they are.
final class LevelSink: Sendable {
    /// Encodes one chunk.
    let encoder: CodecPipeline
    /// Elements of one chunk.
    let chunkShape: [Int]
    /// What is known of the files.
    let ledger: ArrayLedger

    private let array: ZarrArray
    private let layout: ShardLayout?
    private let store: any WritableStore
    private let level: Int
    private let order: VisitOrder
    private let shards = Mutex<[[Int]: OpenShard]>([:])

    private struct OpenShard {
        let writer: ShardWriter
        let stamp: Stamp
        var missing: Int
    }

    /// The stamp of a shard, known when it is finished.
    private final class Stamp: Sendable {
        let value = Mutex(ObjectStamp.nothing)
    }

    /// - Parameters:
    ///   - store: where the files go; what is complete is told to the ledger.
    ///   - array: the level.
    init(_ array: ZarrArray, level: Int, store: any WritableStore, order: VisitOrder, ledger: ArrayLedger) throws {
        let metadata = array.metadata
        self.array = array
        self.level = level
        self.store = store
        self.order = order
        self.ledger = ledger
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
            guard let encoded else { return try noteEmpty(index) }
            try store.write(ledger.key(of: index), encoded)
            try ledger.note(index, ObjectStamp(of: encoded))
            return encoded.count
        }
        let shardIndex = object(ofChunk: index)
        let position = zip(index, layout.chunksPerShard).reduce(0) { $0 * $1.1 + $1.0 % $1.1 }
        let writer = try writer(forShard: shardIndex, layout)
        try writer.add(chunk: position, encoded: encoded)
        guard let stamp = countDown(shardIndex) else { return 0 }
        guard try writer.finish() > 0 else { return try noteEmpty(shardIndex) }
        let whole = stamp.value.withLock { $0 }
        try ledger.note(shardIndex, whole)
        return whole.size
    }

    /// True for a chunk whose object was complete before this run.
    func hasStored(chunk index: [Int]) -> Bool { ledger.hasEarlier && ledger.wasComplete(object(ofChunk: index)) }

    /// True where every object that holds a part of the region was complete before this run.
    func isComplete(_ region: Region) -> Bool {
        ledger.hasEarlier
            && region.chunks(of: array.metadata.chunkShape).allSatisfy { ledger.wasComplete($0.index) }
    }

    /// A reader of what is stored, for a worker that encodes in the same scratch memory.
    func makeReader(_ workspace: CodecWorkspace) -> ZarrArrayReader { array.makeReader(sharing: workspace) }

    /// Throws away the shards that are not complete.
    func abandon() {
        shards.withLock { shards in
            for shard in shards.values { shard.writer.abandon() }
            shards = [:]
        }
    }

    private func object(ofChunk index: [Int]) -> [Int] {
        guard let layout else { return index }
        return zip(index, layout.chunksPerShard).map { $0 / $1 }
    }

    /// - Returns: 0, the bytes that were stored.
    private func noteEmpty(_ index: [Int]) throws -> Int {
        // A damaged object that is made again may have had a file.
        if ledger.hasEarlier { try store.remove(ledger.key(of: index)) }
        try ledger.note(index, ObjectStamp.nothing)
        return 0
    }

    private func writer(forShard index: [Int], _ layout: ShardLayout) throws -> ShardWriter {
        try shards.withLock { shards in
            if let shard = shards[index] { return shard.writer }
            let metadata = array.metadata
            let origin = zip(index, metadata.chunkShape).map { $0 * $1 }
            let extent = origin.indices.map { min(metadata.chunkShape[$0], metadata.shape[$0] - origin[$0]) }
            let chunks = order.chunks(
                ofShard: Region(origin: origin, shape: extent), level: level, chunk: layout.chunkShape,
                chunksPerShard: layout.chunksPerShard)
            let stamp = Stamp()
            let stamping = StampingStore(store) { _, whole in stamp.value.withLock { $0 = whole } }
            let writer = try ShardWriter(layout, store: stamping, key: ledger.key(of: index), order: chunks)
            shards[index] = OpenShard(writer: writer, stamp: stamp, missing: chunks.count)
            return writer
        }
    }

    /// For the chunk that completes its shard, where its stamp will be; nil for any other.
    private func countDown(_ index: [Int]) -> Stamp? {
        shards.withLock { shards in
            shards[index]?.missing -= 1
            guard let shard = shards[index], shard.missing == 0 else { return nil }
            shards[index] = nil
            return shard.stamp
        }
    }
}
