import Zarr

/// How much of a pyramid is under way at once because bricks are made in the order of ``VisitOrder``: a shard is open
/// from its first chunk to its last.
struct OpenChunks {
    private let grid: BrickGrid
    private let levels: [PyramidPlan.Level]

    init(_ grid: BrickGrid, _ levels: [PyramidPlan.Level]) {
        self.grid = grid
        self.levels = levels
    }

    /// Shards of all levels that may be open at once; 0 without shards.
    var shards: Int {
        guard levels[0].shardShape != nil else { return 0 }
        return levels.indices.reduce(0) { sum, level in
            let perShard = zip(levels[level].objectShape, levels[level].chunkShape).map { $0 / $1 }.saturatingProduct()
            return sum.saturatingAdding(chunks(level: level).saturatingAdding(perShard - 1) / perShard)
        }
    }

    /// Chunks of the shards of one level that may be open at once.
    ///
    /// Bricks are made axis by axis, the last axis fastest. A shard that several bricks share along an axis stays open
    /// while all axes behind that one are walked through; along axes in front of it there is one shard at a time, two
    /// where reducing makes the walk go back and forth.
    func chunks(level: Int) -> Int {
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
