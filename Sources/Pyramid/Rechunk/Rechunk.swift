import Zarr

/// Carries out a ``RechunkPlan``. One block is in memory at a time, and threads share out its chunks: first those it is
/// read from, then those it is written to.
struct Rechunk {
    private let source: ZarrArray
    /// The box of the source whose elements the plan counts.
    private let part: Region
    private let plan: RechunkPlan
    private let target: ShardStreams
    private let progress: CopyProgress
    private let pool: WorkerPool
    private let workers: [Worker]
    private let block = ByteBlock()
    /// The blocks that hold anything that is stored, so that an array with few of its chunks costs no more than these.
    private let read: Set<Int>, written: Set<Int>

    /// What a thread keeps from block to block.
    private final class Worker {
        let reader: ZarrArrayReader
        let workspace = CodecWorkspace()
        let piece = ByteBlock()

        init(_ array: ZarrArray) throws { reader = try array.makeReader() }
    }

    /// - Parameters:
    ///   - part: the box of the source to copy; nil: all of it.
    ///   - metadata: of the array to write, which lies at `key` of `store`; its chunks are those of the plan.
    init(
        _ source: ZarrArray, _ plan: RechunkPlan, from part: Region? = nil, into metadata: ArrayMetadata,
        _ store: any WritableStore, _ key: StoreKey, _ progress: CopyProgress
    ) throws {
        let part = part ?? Region(wholeOf: source.metadata.shape)
        self.source = source
        self.part = part
        self.plan = plan
        self.progress = progress
        pool = WorkerPool(threads: plan.threads)
        workers = try (0..<pool.size).map { _ in try Worker(source) }
        (read, written) = try Self.stored(in: source, part, plan)
        let blocks = plan.writeBlocks, written = written
        target = try ShardStreams(metadata, store, key) { shard in
            shard.parts(of: plan.writeBlock).filter { written.contains(blocks.number(at: $0.origin)) }
                .flatMap { $0.parts(of: plan.task.chunk) }
        }
    }

    /// Writes all chunks.
    ///
    /// - Parameter folder: where pixels lie between two passes.
    /// - Throws: errors of the source, the store and the codecs; ``PyramidError`` where it was stopped.
    func run(spillingTo folder: String) throws {
        do {
            let spill = plan.passes == 1 ? nil : try SpillFile(plan, in: folder)
            if let spill { try cutApart(into: spill) }
            let supers = Set(written.map { plan.superblocks.number(at: plan.writeBlocks.region($0).origin) })
            for part in supers.sorted() {
                for region in plan.superblocks.region(part).parts(of: plan.writeBlock) where isWritten(region) {
                    let pixels = pixels(region)
                    if let spill {
                        try gather(region, from: spill, into: pixels)
                    } else {
                        try read(region, into: pixels)
                    }
                    try write(region, from: pixels)
                }
            }
        } catch {
            target.abandon()
            throw error
        }
    }

    /// The numbers of blocks to read and to write that share an element with a stored object.
    private static func stored(
        in source: ZarrArray, _ box: Region, _ plan: RechunkPlan
    ) throws -> (Set<Int>, Set<Int>) {
        var read = Set<Int>(), written = Set<Int>()
        let metadata = source.metadata
        _ = try source.storedChunks(limit: .max) { index, _, _ in
            guard let chunk = metadata.region(ofChunk: index).intersection(box)?.relative(to: box.origin) else {
                return
            }
            for part in chunk.parts(of: plan.readBlock) { read.insert(plan.readBlocks.number(at: part.origin)) }
            for part in chunk.parts(of: plan.writeBlock) { written.insert(plan.writeBlocks.number(at: part.origin)) }
        }
        return (read, written)
    }

    /// The one block, as large as a region.
    private func pixels(_ region: Region) -> StridedPixels {
        block.reserve(plan.task.bytes(region.shape))
        return StridedPixels(base: block.base, shape: region.shape, type: source.metadata.type)
    }

    private func isWritten(_ region: Region) -> Bool { written.contains(plan.writeBlocks.number(at: region.origin)) }

    private func bytes(_ region: Region) -> Int { plan.task.bytes(region.shape) }
}

// MARK: - Reading and writing blocks

extension Rechunk {
    /// Decodes the source chunks of a block, each by one thread.
    private func read(_ region: Region, into pixels: StridedPixels) throws {
        let offset = part.origin
        try share(region, in: plan.task.sourceChunk) { part, worker in
            let place = Region(origin: zip(part.origin, offset).map { $0 + $1 }, shape: part.shape)
            try worker.reader.read(place, into: pixels.subview(part.relative(to: region.origin)))
            progress.didDecode()
        }
        progress.didPass(bytes(region) / plan.passes / 2)
    }

    /// Encodes the target chunks of a block, no more at a time than may wait for their place in a shard.
    private func write(_ region: Region, from pixels: StridedPixels) throws {
        var wave = [Region]()
        func flush() throws {
            let chunks = wave
            try share(chunks.count, { chunks[$0] }) { part, worker in
                let source = pixels.subview(part.relative(to: region.origin))
                try ChunkEncoders.encode(source, target.encoder, worker.workspace) { encoded in
                    progress.didWrite(try target.add(at: part.origin, encoded))
                }
            }
            wave.removeAll(keepingCapacity: true)
        }
        for chunk in plan.chunks(of: region) {
            wave.append(chunk)
            if wave.count == RechunkPlan.wavePerThread * plan.threads { try flush() }
        }
        try flush()
        progress.didPass(bytes(region) - bytes(region) / 2)
    }

    /// Runs `body` for each part of a region in a regular grid, on all threads.
    private func share(
        _ region: Region, in grid: [Int], _ body: @escaping (Region, Worker) throws -> Void
    ) throws {
        let parts = region.chunks(of: grid)
        try share(parts.count, { region.part(parts[$0]) }, body)
    }

    private func share(
        _ count: Int, _ part: @escaping (Int) -> Region, _ body: @escaping (Region, Worker) throws -> Void
    ) throws {
        // Safety: parts do not overlap, so no two threads touch the same pixels, and each has its own worker.
        nonisolated(unsafe) let part = part, body = body, workers = workers
        let progress = progress
        try pool.run(count) { task, worker in
            try progress.check()
            try body(part(task), workers[worker])
        }
    }
}

// MARK: - Two passes

extension Rechunk {
    /// Reads the source in its own blocks and cuts them where those of the target lie.
    private func cutApart(into spill: SpillFile) throws {
        for region in read.sorted().map(plan.readBlocks.region) {
            let pixels = pixels(region)
            try read(region, into: pixels)
            try share(region, in: plan.writeBlock) { piece, worker in
                try self.piece(piece, worker).copy(from: pixels.subview(piece.relative(to: region.origin)))
                try spill.write(piece, worker.piece.bytes)
            }
            progress.didPass(bytes(region) / 4)
        }
    }

    /// Puts a block together from what was cut.
    private func gather(_ region: Region, from spill: SpillFile, into pixels: StridedPixels) throws {
        try share(region, in: plan.readBlock) { piece, worker in
            let target = pixels.subview(piece.relative(to: region.origin))
            guard read.contains(plan.readBlocks.number(at: piece.origin)) else {
                return target.fill(with: source.metadata.fillValue.bytes)
            }
            let view = try self.piece(piece, worker)
            try spill.read(piece, into: UnsafeMutableRawBufferPointer(start: worker.piece.base, count: bytes(piece)))
            target.copy(from: view)
        }
    }

    /// A worker's scratch as a contiguous piece.
    private func piece(_ region: Region, _ worker: Worker) throws -> StridedPixels {
        worker.piece.removeAll()
        worker.piece.reserve(bytes(region))
        worker.piece.count = bytes(region)
        return StridedPixels(base: worker.piece.base, shape: region.shape, type: source.metadata.type)
    }
}
