#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much memory a conversion takes, worked out before the start, and the parallelism that fits into it.
public struct MemoryPlan: Sendable, Hashable {
    /// Bytes the conversion holds at its peak, besides the program itself (some 30 MB).
    public let peakBytes: Int
    /// Workers that run at once; fewer than asked for where their memory would not fit.
    public let threads: Int
    /// Bytes of one brick of level 0.
    public let brickBytes: Int
    /// The level whose bricks are handed to workers, each with all that lies below it.
    package let unitLevel: Int
    /// How many units, counted from the oldest unfinished one, may be under way: what bounds the chunks that wait for
    /// their turn in a shard.
    package let window: Int

    /// Pixels of a unit, at the most: small units keep what waits for its place in a shard small, and 16 or more
    /// chunks a unit make the cost of handing it out vanish.
    private static let unitBytes = 8 << 20

    /// What a conversion may take where nobody says: a quarter of the machine's memory, at most 2 GiB.
    public static var defaultLimit: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(max(machine / 4, 64 << 20), 2 << 30)
    }

    /// - Throws: ``PyramidError`` with code `.needsMoreMemory` where not even one worker fits.
    init(
        grid: BrickGrid, chunk: [Int], shard: [Int]?, natural: [Int], elementSize: Int, limit: Int, threads: Int
    ) throws {
        let unit = Self.unitLevel(grid, elementSize, threads)
        let options = Swift.stride(from: threads, through: 1, by: -1).flatMap { count in
            count == 1 ? [(1, 1)] : [(count, 2 * count), (count, count)]
        }
        var smallest = Int.max
        for (workers, window) in options {
            let bytes = Self.bytes(
                grid, chunk: chunk, isSharded: shard != nil, natural: natural, elementSize, unit: unit,
                workers: workers, window: window)
            smallest = min(smallest, bytes)
            guard bytes <= limit else { continue }
            peakBytes = bytes
            self.threads = workers
            self.window = window
            unitLevel = unit
            brickBytes = grid.bytes(level: 0, elementSize: elementSize)
            return
        }
        throw PyramidError(
            .needsMoreMemory,
            "converting this image takes at least \(Self.megabytes(smallest)), because its smallest block of whole "
                + "chunks and whole \(natural.map(String.init).joined(separator: " x ")) source blocks is "
                + "\(Self.megabytes(grid.bytes(level: 0, elementSize: elementSize))); "
                + "--memory \(smallest / 1_000_000 + 1)MB would do, smaller chunks may need less")
    }

    /// The coarsest level that still gives every worker many units, none of them large.
    private static func unitLevel(_ grid: BrickGrid, _ elementSize: Int, _ threads: Int) -> Int {
        var unit = 0
        for level in 1..<max(grid.levelCount, 1) {
            let below = grid.levelShapes[0].indices.map { axis in
                let factor = grid.factors[...level].reduce(1) { $0 * $1[axis] }
                return min(grid.shape[axis] * factor, grid.levelShapes[0][axis])
            }
            let count = grid.counts(level: level).reduce(1, *)
            guard below.reduce(elementSize, *) <= unitBytes, count >= 8 * threads else { break }
            unit = level
        }
        return unit
    }

    private static func bytes(
        _ grid: BrickGrid, chunk: [Int], isSharded: Bool, natural: [Int], _ elementSize: Int, unit: Int, workers: Int,
        window: Int
    ) -> Int {
        let chunkBytes = chunk.reduce(elementSize, *)
        let naturalBytes = natural.reduce(elementSize, *)
        // Chunk gathered, shuffled, encoded; a block of the source as stored and as decoded.
        let scratch = 3 * chunkBytes + 2 * naturalBytes
        var total = workers * scratch
        for level in 0..<grid.levelCount {
            // Above the units, a brick is open for each worker and one more between two of them.
            total += grid.bytes(level: level, elementSize: elementSize) * (level <= unit ? workers : workers + 1)
        }
        guard isSharded else { return total }
        var unitPixels = elementSize
        for axis in chunk.indices {
            let factor = grid.factors[...unit].reduce(1) { $0 * $1[axis] }
            unitPixels *= min(grid.shape[axis] * factor, grid.levelShapes[0][axis])
        }
        // Chunks of all levels that wait for older units, as if they did not compress.
        return total + (window - 1) * (unitPixels + unitPixels / 3)
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000 + 1) MB" }
}
