import Zarr

/// The order in which bricks are made: depth first from the coarsest level, which is the Morton order of each plane.
///
/// It is also the order of chunks within a shard, so that a shard grows from front to back while bricks are made, and
/// its bytes do not depend on which worker was faster.
package struct VisitOrder: Sendable {
    let grid: BrickGrid

    package init(_ grid: BrickGrid) { self.grid = grid }

    /// The chunks of one shard that lie inside the level, in the order they are made.
    ///
    /// - Parameters:
    ///   - shard: the shard's elements of the level, cut where the level ends.
    ///   - chunk: elements of a chunk.
    ///   - chunksPerShard: chunks along each axis of a whole shard.
    /// - Returns: positions within the shard, in C order of `chunksPerShard`.
    package func chunks(ofShard shard: Region, level: Int, chunk: [Int], chunksPerShard: [Int]) -> [Int] {
        let inside = zip(shard.shape, chunk).map { ($0 + $1 - 1) / $1 }
        var entries: [(path: [Int], position: Int, index: Int)] = []
        for index in GridIndices(inside) {
            let start = index.indices.map { shard.origin[$0] + index[$0] * chunk[$0] }
            let brick = Brick(level: level, index: zip(start, grid.shape).map { $0 / $1 })
            let inBrick = index.indices.map { start[$0] % grid.shape[$0] / chunk[$0] }
            entries.append((path(to: brick) + inBrick, entries.count, linear(index, chunksPerShard)))
        }
        entries.sort { $0.path.lexicographicallyPrecedes($1.path) }
        return entries.map(\.index)
    }

    /// The bricks above a brick, coarsest first, then itself: bricks are made in the order of their paths.
    private func path(to brick: Brick) -> [Int] {
        guard let parent = grid.parent(of: brick) else { return brick.index }
        return path(to: parent) + brick.index
    }

    private func linear(_ index: [Int], _ counts: [Int]) -> Int {
        zip(index, counts).reduce(0) { $0 * $1.1 + $1.0 }
    }
}

/// The bricks of one level in the order they are made, one at a time: never all in memory.
package struct BrickSequence: Sequence, IteratorProtocol {
    private let grid: BrickGrid
    private let level: Int
    private var top: GridIndices
    private var pending: [Brick] = []

    package init(_ grid: BrickGrid, level: Int) {
        self.grid = grid
        self.level = level
        top = GridIndices(grid.counts(level: grid.levelCount - 1))
    }

    package mutating func next() -> Brick? {
        while true {
            if let brick = pending.popLast() {
                if brick.level == level { return brick }
                pending.append(contentsOf: grid.children(of: brick).reversed())
            } else if let index = top.next() {
                pending.append(Brick(level: grid.levelCount - 1, index: index))
            } else {
                return nil
            }
        }
    }
}

/// Every index of a grid in C order.
package struct GridIndices: Sequence, IteratorProtocol {
    private let counts: [Int]
    private var upcoming: [Int]?

    package init(_ counts: [Int]) {
        self.counts = counts
        upcoming = counts.contains(0) ? nil : [Int](repeating: 0, count: counts.count)
    }

    package mutating func next() -> [Int]? {
        guard let current = upcoming else { return nil }
        var following = current
        for axis in counts.indices.reversed() {
            following[axis] += 1
            if following[axis] < counts[axis] {
                upcoming = following
                return current
            }
            following[axis] = 0
        }
        upcoming = nil
        return current
    }
}
