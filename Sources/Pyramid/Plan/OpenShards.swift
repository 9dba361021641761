import Zarr

/// How many shards are under way at once because bricks are made in the order of ``VisitOrder``: a shard is open from its
/// first chunk to its last.
///
/// The walk is a tree: the bricks of a level lie in bricks of the next, these in bricks of the one after. What has been
/// made below a node is a number of whole children, in C order, and a part of one more. So the open shards are those that
/// the borders between finished and untouched children cut, on each floor of the tree, and those of the child in work. A
/// border cuts no shard where the sides of the children are whole shards.
struct OpenShards {
    private let grid: BrickGrid
    private let levels: [PyramidPlan.Level]

    init(_ grid: BrickGrid, _ levels: [PyramidPlan.Level]) {
        self.grid = grid
        self.levels = levels
    }

    /// Shards of all levels that one worker has open at the most; 0 without shards.
    var count: Int {
        guard levels[0].shardShape != nil else { return 0 }
        return levels.indices.reduce(0) { $0.saturatingAdding(count(level: $1)) }
    }

    /// Shards of one level that one worker has open at the most.
    func count(level: Int) -> Int {
        var child = grid.shape
        var open = touched(child, level)
        for above in level + 1...grid.levelCount {
            // The coarsest bricks lie in the whole image.
            let whole = levels[level].shape
            let parent =
                above < grid.levelCount
                ? zip(child, grid.factors[above]).map { $0.saturatingMultiplied(by: $1) } : whole
            let cut = child.indices.reduce(0) { $0.saturatingAdding(cutting($1, child, parent, level)) }
            open = min(touched(parent, level), open.saturatingAdding(cut))
            child = parent
        }
        return open
    }

    /// Shards of one level that a brick of a level and all below it lie in, at the most.
    func count(level: Int, below brick: Int) -> Int {
        let factors = grid.factors[(level + 1)...].prefix(max(brick - level, 0))
        return touched(
            factors.reduce(grid.shape) { zip($0, $1).map { $0.saturatingMultiplied(by: $1) } }, level)
    }

    /// Shards that a border across an axis cuts: as high as the parent along the axes behind, as one child along those
    /// in front.
    private func cutting(_ axis: Int, _ child: [Int], _ parent: [Int], _ level: Int) -> Int {
        let extent = levels[level].shape[axis], shard = levels[level].objectShape[axis]
        guard min(parent[axis], extent) > child[axis], child[axis] % shard != 0 else { return 0 }
        return child.indices.reduce(1) { count, other in
            guard other != axis else { return count }
            return count.saturatingMultiplied(by: touched(other < axis ? child[other] : parent[other], other, level))
        }
    }

    private func touched(_ size: [Int], _ level: Int) -> Int {
        size.indices.map { touched(size[$0], $0, level) }.saturatingProduct()
    }

    /// Shards that a stretch of an axis lies in, which begins at a multiple of its size.
    private func touched(_ size: Int, _ axis: Int, _ level: Int) -> Int {
        let extent = levels[level].shape[axis], shard = levels[level].objectShape[axis]
        let all = (extent - 1) / shard + 1
        let isInStep = size % shard == 0 || shard % size == 0
        return min(all, isInStep ? max(size / shard, 1) : (size - 1) / shard + 2)
    }
}
