import Zarr

/// What takes memory in a conversion, piece by piece. Sums saturate: what cannot be addressed is refused by any limit.
struct MemoryNeed {
    let grid: BrickGrid
    let levels: [PyramidPlan.Level]
    /// Bytes one reader of the source holds.
    let reader: Int
    /// Bytes the statistics of all workers hold together.
    let statistics: Int
    let elementSize: Int

    /// An entry of a shard's index, its place in the order of chunks and whether it was added, with what computing the
    /// order takes for a moment.
    private static let bytesPerOpenChunk = 256

    /// Bytes held by so many workers.
    ///
    /// - Parameters:
    ///   - unit: the level whose bricks are handed to workers.
    ///   - window: how many units may be under way.
    func bytes(unit: Int, workers: Int, window: Int) -> Int {
        let chunkBytes = levels[0].chunkShape.saturatingProduct(times: elementSize)
        // A chunk as gathered, as shuffled, and as encoded with the compressor's own window.
        var total = reader.saturatingAdding(chunkBytes.saturatingMultiplied(by: 4))
            .saturatingMultiplied(by: workers).saturatingAdding(statistics).saturatingAdding(ledger)
        for level in levels.indices {
            // Above the units, a brick is open for each worker and one more between two of them; a single worker
            // finishes one before it begins the next.
            let count = level <= unit || workers == 1 ? workers : workers + 1
            let brick = grid.bytes(level: level, elementSize: elementSize)
            total = total.saturatingAdding(brick.saturatingMultiplied(by: count))
        }
        guard levels[0].shardShape != nil else { return total }
        // Chunks of all levels that wait for older units, as if they did not compress.
        let waiting = grid.unitBytes(level: unit, elementSize: elementSize)
        total = total.saturatingAdding((window - 1).saturatingMultiplied(by: waiting.saturatingAdding(waiting / 3)))
        let shards = OpenShards(grid, levels)
        return levels.indices.reduce(total) { total, level in
            // Units beyond the oldest one that is unfinished open shards of their own.
            let ahead = shards.count(level: level, below: unit).saturatingMultiplied(by: window - 1)
            let perShard = zip(levels[level].objectShape, levels[level].chunkShape).map { $0 / $1 }.saturatingProduct()
            let open = shards.count(level: level).saturatingAdding(ahead)
            return total.saturatingAdding(
                min(open, levels[level].objectCount).saturatingMultiplied(by: perShard)
                    .saturatingMultiplied(by: Self.bytesPerOpenChunk))
        }
    }

    /// What is known of every object.
    private var ledger: Int {
        levels.reduce(0) { sum, level in
            let objects = zip(level.shape, level.objectShape).map { ($0 + $1 - 1) / $1 }.saturatingProduct()
            return sum.saturatingAdding(objects.saturatingMultiplied(by: ArrayLedger.bytesPerObject))
        }
    }
}

extension BrickGrid {
    /// Pixels of level 0 below one brick of a level, in bytes.
    func unitBytes(level: Int, elementSize: Int) -> Int {
        let extents = levelShapes[0].indices.map { axis in
            let factor = factors[...level].reduce(1) { $0 * $1[axis] }
            return min(shape[axis].saturatingMultiplied(by: factor), levelShapes[0][axis])
        }
        return extents.saturatingProduct(times: elementSize)
    }
}
