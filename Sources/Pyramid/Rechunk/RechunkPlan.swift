import Zarr

/// What a rechunking starts from and what it shall come to.
public struct RechunkTask: Sendable, Hashable {
    /// Elements of the array on each axis.
    public var shape: [Int]
    /// Bytes of one element.
    public var elementSize: Int
    /// Elements of the smallest chunk of the source that can be decoded alone.
    public var sourceChunk: [Int]
    /// Bytes of the index of one shard of the source; 0 where it is not sharded.
    public var sourceIndexBytes: Int
    /// Elements of a chunk of the target.
    public var chunk: [Int]
    /// Elements of a shard of the target, whole chunks; nil where each chunk is an object.
    public var shard: [Int]?

    /// A task; all shapes have as many extents, none below 1 but those of the array.
    public init(
        shape: [Int], elementSize: Int, sourceChunk: [Int], sourceIndexBytes: Int = 0, chunk: [Int], shard: [Int]? = nil
    ) {
        self.shape = shape
        self.elementSize = elementSize
        self.sourceChunk = sourceChunk
        self.sourceIndexBytes = sourceIndexBytes
        self.chunk = chunk
        self.shard = shard
    }

    func bytes(_ block: [Int]) -> Int { block.saturatingProduct(times: elementSize) }

    /// A block no larger than the array.
    func clamped(_ block: [Int]) -> [Int] { zip(block, shape).map { max(min($0, $1), 1) } }
}

/// How an array gets other chunks under a ceiling of memory: every chunk of the source is decoded once and every object
/// of the target written once, whatever the two shapes are.
///
/// One block is in memory at a time. Where a block of whole source chunks that is also one of whole target chunks fits,
/// the array goes through once. Where none fits, it goes through twice: blocks of whole source chunks are cut where the
/// blocks of whole target chunks lie and the pieces put into a file without a name; then the other blocks are put
/// together from their pieces. The pieces need not be chunks of anything, so that no divisibility is asked of the shapes.
///
/// Pure arithmetic, as ``PyramidPlan`` is. The idea of two consolidated passes is that of the Python package rechunker,
/// whose intermediate array has to fit both chunk grids.
public struct RechunkPlan: Sendable, Hashable {
    /// What is asked for.
    public let task: RechunkTask
    /// The block of whole source chunks that is read at once.
    public let readBlock: [Int]
    /// The block of whole target chunks that is written at once; the same in one pass.
    public let writeBlock: [Int]
    /// Threads that share out the chunks of a block.
    public let threads: Int

    /// How often the pixels go through memory: once or twice.
    public var passes: Int { readBlock == writeBlock ? 1 : 2 }

    /// Bytes that lie in a file between two passes; 0 where there is one pass.
    public var spillBytes: Int { passes == 1 ? 0 : task.bytes(task.shape) }

    // Enough for all threads, and so much that handing out a block costs nothing beside it.
    private static let leastBlockBytes = 16 << 20, chunksPerThread = 8
    /// Chunks of a block that are encoded before the next ones begin: bounds what waits for its place in a shard.
    static let wavePerThread = 4
    // Every system lets a program open so many files if it asks.
    private static let mostOpenShards = 3500
    // What an object that is not whole yet may hold before it goes to a file.
    private static let openShardBytes = 256 << 10

    /// Plans a rechunking: in one pass where that fits at all, in two else.
    ///
    /// - Parameters:
    ///   - memory: bytes it may hold besides the program itself.
    ///   - threads: at most so many.
    /// - Throws: ``PyramidError`` with code `.needsMoreMemory` where not even single chunks fit.
    public init(_ task: RechunkTask, memory: Int, threads: Int) throws {
        let counts = Array(stride(from: max(threads, 1), through: 1, by: -1))
        let plans = [Self.once, Self.twice].lazy.flatMap { plan in
            counts.lazy.compactMap { plan(task, memory, $0) }
        }
        if let plan = plans.first {
            self = plan
            return
        }
        let read = task.clamped(task.sourceChunk), write = task.clamped(task.chunk)
        let least = RechunkPlan(task, read, write, threads: 1).peakBytes
        throw PyramidError(
            .needsMoreMemory,
            "copying an array with chunks of \(Self.text(task.sourceChunk)) to chunks of \(Self.text(task.chunk)) takes at "
                + "least \(least / 1_000_000 + 1) MB; --memory \(least / 1_000_000 + 1)MB would do, or smaller chunks")
    }

    private init(_ task: RechunkTask, _ read: [Int], _ write: [Int], threads: Int) {
        self.task = task
        readBlock = read
        writeBlock = write
        self.threads = threads
    }

    private static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " x ") }
}

// MARK: - Memory

extension RechunkPlan {
    /// Bytes held at the peak, besides the program itself.
    public var peakBytes: Int {
        let source = task.bytes(task.sourceChunk), chunk = task.bytes(task.chunk)
        // A reader: a chunk as stored, as decoded and in between, and the indexes of the shards read last. An encoder: a
        // chunk, shuffled, as encoded, and room that grows; then those that wait for their place in a shard.
        let waiting = task.shard == nil || threads == 1 ? 0 : Self.wavePerThread
        let worker = source.saturatingMultiplied(by: 3)
            .saturatingAdding(chunk.saturatingMultiplied(by: 4 + waiting))
            .saturatingAdding(task.sourceIndexBytes.saturatingMultiplied(by: 16))
            .saturatingAdding(passes == 1 ? 0 : task.bytes(zip(readBlock, writeBlock).map { min($0, $1) }))
        return max(task.bytes(readBlock), task.bytes(writeBlock))
            .saturatingAdding(worker.saturatingMultiplied(by: threads))
            .saturatingAdding(shardBytes.saturatingMultiplied(by: openShards))
    }

    /// What an open shard holds: its index, the order and state of each chunk, and bytes on their way to the file.
    private var shardBytes: Int {
        guard let shard = task.shard else { return 0 }
        let chunks = zip(shard, task.chunk).map { $0 / $1 }.saturatingProduct()
        return chunks.saturatingMultiplied(by: 320).saturatingAdding(Self.openShardBytes)
    }

    /// Shards that may be open at once.
    public var openShards: Int {
        guard let shard = task.shard else { return 0 }
        let counts = zip(superblock, shard).map { ($0 + $1 - 1) / $1 }.saturatingProduct()
        // Shards that lie in one block are written one after the other.
        return superblock == writeBlock ? min(counts, Self.wavePerThread * threads + 1) : counts
    }

    /// The blocks that are written before those of other shards begin: whole shards.
    var superblock: [Int] {
        guard let shard = task.shard else { return writeBlock }
        return task.clamped(zip(writeBlock, shard).map(Self.leastCommonMultiple))
    }

    private func fits(_ memory: Int) -> Bool { openShards <= Self.mostOpenShards && peakBytes <= memory }
}

// MARK: - Choosing blocks

extension RechunkPlan {
    private static func once(_ task: RechunkTask, _ memory: Int, _ threads: Int) -> RechunkPlan? {
        var block = task.clamped(zip(task.sourceChunk, task.chunk).map(leastCommonMultiple))
        var plan = RechunkPlan(task, block, block, threads: threads)
        guard plan.fits(memory) else { return nil }
        while !plan.isLargeEnough,
            let larger = plan.grown(block, { RechunkPlan(task, $0, $0, threads: threads) }, memory)
        {
            (block, plan) = larger
        }
        return plan
    }

    private static func twice(_ task: RechunkTask, _ memory: Int, _ threads: Int) -> RechunkPlan? {
        let read = task.clamped(task.sourceChunk), write = task.clamped(task.chunk)
        var plan = RechunkPlan(task, read, write, threads: threads)
        guard plan.fits(memory) else { return nil }
        // Each grows on the axes where the other is longer: that is where it cuts the other into pieces.
        while let larger = plan.grown(
            plan.readBlock, toward: write, { RechunkPlan(task, $0, plan.writeBlock, threads: threads) }, memory)
        {
            plan = larger.plan
        }
        while let larger = plan.grown(
            plan.writeBlock, toward: read, { RechunkPlan(task, plan.readBlock, $0, threads: threads) }, memory)
        {
            plan = larger.plan
        }
        return plan
    }

    private var isLargeEnough: Bool {
        let needed = Self.chunksPerThread * threads
        func count(_ chunk: [Int]) -> Int { zip(readBlock, chunk).map { ($0 + $1 - 1) / $1 }.saturatingProduct() }
        return task.bytes(readBlock) >= Self.leastBlockBytes && count(task.sourceChunk) >= needed
            && count(task.chunk) >= needed
    }

    /// A larger block along one axis, the last where there is a choice, and the plan with it; nil where none fits.
    ///
    /// - Parameter goal: only axes that are shorter than this grow; nil where all may.
    private func grown(
        _ block: [Int], toward goal: [Int]? = nil, _ plan: ([Int]) -> RechunkPlan, _ memory: Int
    ) -> (block: [Int], plan: RechunkPlan)? {
        let shard = task.shard ?? task.chunk
        let axes = block.indices.reversed().filter { block[$0] < min(task.shape[$0], goal?[$0] ?? .max) }
        // Shards are to be whole before others begin.
        for axis in axes.filter({ block[$0] < shard[$0] }) + axes.filter({ block[$0] >= shard[$0] }) {
            var larger = block
            larger[axis] = min(Self.next(block[axis], shard: shard[axis]), task.shape[axis])
            let plan = plan(larger)
            if plan.fits(memory) { return (larger, plan) }
        }
        return nil
    }

    /// The next larger multiple of an extent that divides a shard's, else its double.
    private static func next(_ extent: Int, shard: Int) -> Int {
        guard extent < shard, shard % extent == 0 else { return extent.saturatingMultiplied(by: 2) }
        let rest = shard / extent
        var factor = 2
        while rest % factor != 0 && factor * factor <= rest { factor += 1 }
        return extent * (rest % factor == 0 ? factor : rest)
    }

    private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return (a / x).saturatingMultiplied(by: b)
    }
}
