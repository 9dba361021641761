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
            // Above the units, a brick is open for each worker and one more between two of them.
            let count = level <= unit ? workers : workers + 1
            let brick = grid.bytes(level: level, elementSize: elementSize)
            total = total.saturatingAdding(brick.saturatingMultiplied(by: count))
        }
        guard levels[0].shardShape != nil else { return total }
        // Chunks of all levels that wait for older units, as if they did not compress.
        let waiting = grid.unitBytes(level: unit, elementSize: elementSize)
        total = total.saturatingAdding((window - 1).saturatingMultiplied(by: waiting + waiting / 3))
        return levels.indices.reduce(total) {
            $0.saturatingAdding(openChunks(level: $1).saturatingMultiplied(by: Self.bytesPerOpenChunk))
        }
    }

    /// What is known of every object.
    private var ledger: Int {
        levels.reduce(0) { sum, level in
            let objects = zip(level.shape, level.objectShape).map { ($0 + $1 - 1) / $1 }.saturatingProduct()
            return sum.saturatingAdding(objects.saturatingMultiplied(by: ArrayLedger.bytesPerObject))
        }
    }

    /// Shards of all levels that may be open at once.
    var openShards: Int {
        guard levels[0].shardShape != nil else { return 0 }
        return levels.indices.reduce(0) { sum, level in
            let perShard = zip(levels[level].objectShape, levels[level].chunkShape).map { $0 / $1 }.saturatingProduct()
            return sum.saturatingAdding(openChunks(level: level).saturatingAdding(perShard - 1) / perShard)
        }
    }

    /// Chunks of the shards of one level that may be open at once.
    ///
    /// Bricks are made axis by axis, the last axis fastest. A shard that several bricks share along an axis stays open
    /// while all axes behind that one are walked through; along axes in front of it there is one shard at a time, two
    /// where halving makes the walk go back and forth.
    private func openChunks(level: Int) -> Int {
        let level = levels[level]
        let covering = zip(level.shape, level.chunkShape).map { ($0 + $1 - 1) / $1 }
        let perShard = zip(level.objectShape, level.chunkShape).map { $0 / $1 }
        let shared = covering.indices.first { level.objectShape[$0] > grid.shape[$0] }
        return covering.indices.map { axis in
            if let shared, axis > shared { return covering[axis] }
            return min(covering[axis], 2 * perShard[axis])
        }.saturatingProduct()
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
