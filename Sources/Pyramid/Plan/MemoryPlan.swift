import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much memory a conversion takes, worked out before the start, and the parallelism that fits into it.
public struct MemoryPlan: Sendable, Hashable {
    /// Bytes the conversion holds at its peak, besides the program itself (some 20 MB).
    public let peakBytes: Int
    /// Workers that run at once; fewer than asked for where their memory would not fit.
    public let threads: Int
    /// Bytes of one brick of level 0.
    public let brickBytes: Int
    /// Shard files that one worker has open at the most; others add those of the units they work on.
    public let openShards: Int
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

    /// The most workers that fit, and the largest window for them; the units get smaller before the workers get fewer.
    ///
    /// None of this touches what is written: the order of chunks in a shard is that of the bricks, whoever makes them.
    ///
    /// - Throws: ``PyramidError`` with code `.needsMoreMemory` where not even one worker fits.
    init(_ need: MemoryNeed, limit: Int, threads: Int) throws {
        openShards = OpenShards(need.grid, need.levels).count
        brickBytes = need.grid.bytes(level: 0, elementSize: need.elementSize)
        let largest = Self.unitLevel(need.grid, need.elementSize, threads)
        for workers in Swift.stride(from: threads, through: 1, by: -1) {
            for window in workers == 1 ? [1] : [2 * workers, workers] {
                for unit in Swift.stride(from: largest, through: 0, by: -1) {
                    let bytes = need.bytes(unit: unit, workers: workers, window: window)
                    guard bytes <= limit else { continue }
                    peakBytes = bytes
                    self.threads = workers
                    self.window = window
                    unitLevel = unit
                    return
                }
            }
        }
        throw Self.tooMuch(need.bytes(unit: largest, workers: 1, window: 1), need, brick: brickBytes)
    }

    /// The coarsest level that still gives every worker many units, none of them large.
    private static func unitLevel(_ grid: BrickGrid, _ elementSize: Int, _ threads: Int) -> Int {
        var unit = 0
        for level in 1..<max(grid.levelCount, 1) {
            let count = grid.counts(level: level).saturatingProduct()
            guard grid.unitBytes(level: level, elementSize: elementSize) <= unitBytes, count >= 8 * threads else {
                break
            }
            unit = level
        }
        return unit
    }

    private static func tooMuch(_ bytes: Int, _ need: MemoryNeed, brick: Int) -> PyramidError {
        func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000 + 1) MB" }
        let causes = [
            (
                need.reader, "a block of the source takes \(megabytes(need.reader)) to decode",
                ", and so would the same image saved with smaller tiles"
            ),
            (brick, "the smallest block of whole chunks and whole source blocks has \(megabytes(brick))", ""),
            (need.statistics, "the contrast of its channels takes \(megabytes(need.statistics)) to find", ""),
        ]
        let (_, reason, remedy) = causes.max { $0.0 < $1.0 } ?? (0, "", "")
        return PyramidError(
            .needsMoreMemory,
            "converting this image takes at least \(megabytes(bytes)), because \(reason); "
                + "--memory \(bytes / 1_000_000 + 1)MB would do\(remedy)")
    }
}
