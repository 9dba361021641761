import Zarr

/// Copies the chunks of an array without decoding any: whole objects under other names, or encoded chunks between objects
/// and shards.
struct ChunkRelay {
    private let source: ZarrArray
    private let target: ArrayMetadata
    private let layout: ShardLayout?
    private let objects: ObjectCopy
    private let key: StoreKey
    private let checksum: EncodedChunkReader.Checksum
    private let progress: CopyProgress
    private let pool: WorkerPool

    // Names that are known before their objects are shared out: many, so that no thread waits long for the last.
    private static let batch = 4096

    /// - Parameters:
    ///   - plan: whose method is `.objects` or `.chunks`.
    ///   - key: of the copy.
    init(
        _ source: ZarrArray, _ plan: ArrayCopyPlan, into store: any WritableStore, _ key: StoreKey, threads: Int,
        _ progress: CopyProgress
    ) throws {
        self.source = source
        self.key = key
        self.progress = progress
        target = plan.target
        layout = try ShardLayout(plan.target)
        objects = ObjectCopy(source: source.store, target: store)
        let had = ChunkEncoding(plan.source)?.hasChecksum ?? false,
            has = ChunkEncoding(plan.target)?.hasChecksum ?? false
        checksum = had == has ? .keep : has ? .add : .remove
        pool = WorkerPool(threads: threads)
    }

    /// Bytes held at the peak: for each thread what it copies at a time, and the indexes of a shard on either side.
    static func peakBytes(_ plan: ArrayCopyPlan, threads: Int) -> Int {
        guard plan.method == .chunks else { return 2 * ObjectCopy.pieceBytes * threads }
        let chunk = plan.source.innerChunkShape
        let chunks = [plan.source, plan.target].map { zip($0.chunkShape, chunk).map { $0 / $1 }.saturatingProduct() }
        return chunk.saturatingProduct(times: 2 * plan.source.type.size)
            .saturatingAdding(chunks[0].saturatingAdding(chunks[1]).saturatingMultiplied(by: 160))
            .saturatingMultiplied(by: threads)
    }

    /// Copies whole objects.
    func copyObjects() throws {
        let objects = objects, progress = progress, blocks = blocks()
        try forEachBatch { batch in
            try pool.run(batch.count) { task, worker in
                try progress.check()
                let place = try key.appending(target.key(ofChunk: batch[task]))
                let written = try objects.copy(source.key(ofChunk: batch[task]), to: place, blocks[worker])
                didCopy(batch[task], of: target, written)
            }
        }
    }

    /// Moves encoded chunks: into shards, or out of them.
    func moveChunks() throws {
        if let layout { try gather(layout) } else { try scatter() }
    }

    /// Stores every chunk of every object of the source as an object.
    private func scatter() throws {
        let grid = target.gridShape, metadata = source.metadata
        let blocks = blocks()
        // Safety: each thread takes its own reader.
        nonisolated(unsafe) let readers = try readers()
        try forEachBatch { batch in
            try pool.run(batch.count) { task, worker in
                for chunk in chunks(of: metadata.region(ofChunk: batch[task]), grid) {
                    try progress.check()
                    guard try readers[worker].read(chunk, into: blocks[worker]) else { continue }
                    try objects.target.write(key.appending(target.key(ofChunk: chunk)), blocks[worker].bytes)
                    progress.didWrite(blocks[worker].count)
                }
                didCopy(batch[task], of: metadata, 0)
            }
        }
    }

    /// Writes every shard that has a chunk, each by one thread.
    private func gather(_ layout: ShardLayout) throws {
        let shards = BlockGrid(shape: target.shape, block: target.chunkShape), metadata = source.metadata
        var touched = Set<Int>()
        _ = try source.storedChunks(limit: .max) { index, _, _ in
            let region = metadata.region(ofChunk: index).intersection(Region(wholeOf: target.shape))
            for part in region?.chunks(of: target.chunkShape).lazy.map(\.index) ?? [] {
                touched.insert(shards.number(at: zip(part, target.chunkShape).map { $0 * $1 }))
            }
        }
        let numbers = touched.sorted()
        let blocks = blocks()
        // Safety: each thread takes its own reader.
        nonisolated(unsafe) let readers = try readers()
        try pool.run(numbers.count) { task, worker in
            let region = shards.region(numbers[task]), place = zip(region.origin, target.chunkShape).map { $0 / $1 }
            let written = try gather(place, region, layout, readers[worker], blocks[worker])
            didCopy(place, of: target, written)
        }
    }

    private func gather(
        _ place: [Int], _ region: Region, _ layout: ShardLayout, _ reader: EncodedChunkReader, _ block: ByteBlock
    ) throws -> Int {
        let chunks = region.chunks(of: layout.chunkShape).map(\.index)
        let numbers = chunks.map { layout.number(ofChunk: zip($0, layout.chunksPerShard).map { $0 % $1 }) }
        let writer = try ShardWriter(
            layout, store: objects.target, key: key.appending(target.key(ofChunk: place)), order: numbers)
        do {
            for (chunk, number) in zip(chunks, numbers) {
                try progress.check()
                let isThere = try reader.read(chunk, into: block)
                try writer.add(chunk: number, encoded: isThere ? block.bytes : nil)
            }
            return try writer.finish()
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// Calls `body` with the places of stored objects, some at a time.
    private func forEachBatch(_ body: ([[Int]]) throws -> Void) throws {
        var batch = [[Int]]()
        _ = try source.storedChunks(limit: .max) { index, _, _ in
            batch.append(index)
            guard batch.count == Self.batch else { return }
            try body(batch)
            batch.removeAll(keepingCapacity: true)
        }
        try body(batch)
    }

    /// The chunks of a region that lie in the array.
    private func chunks(of region: Region, _ grid: [Int]) -> some Sequence<[Int]> {
        let inArray =
            region.intersection(Region(wholeOf: target.shape))
            ?? Region(origin: region.origin, shape: grid.map { _ in 0 })
        return inArray.chunks(of: target.chunkShape).lazy.map(\.index)
    }

    private func didCopy(_ place: [Int], of array: ArrayMetadata, _ written: Int) {
        let region = array.region(ofChunk: place).intersection(Region(wholeOf: array.shape))
        progress.didPass(region?.shape.saturatingProduct(times: array.type.size) ?? 0)
        progress.didWrite(written)
    }

    private func readers() throws -> [EncodedChunkReader] {
        try (0..<pool.size).map { _ in try EncodedChunkReader(source, checksum) }
    }

    private func blocks() -> Blocks { Blocks(blocks: (0..<pool.size).map { _ in ByteBlock() }) }

    /// Scratch for each thread.
    ///
    /// Safety: each thread takes its own.
    private struct Blocks: @unchecked Sendable {
        let blocks: [ByteBlock]
        subscript(_ worker: Int) -> ByteBlock { blocks[worker] }
    }
}
