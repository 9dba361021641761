import Zarr

/// The bricks of a pyramid: the blocks of whole chunks that one worker holds in memory at once.
///
/// A brick has the same shape on every level, cut where the level ends. Along an axis it is either the whole axis, or
/// a whole number of chunks that every factor of the axis divides: so a block of pixels that becomes one never straddles
/// two bricks, a brick of level n + 1 is made of whole bricks of level n, and no pixel is needed twice.
package struct BrickGrid: Sendable, Hashable {
    /// Elements of a brick on each axis.
    package let shape: [Int]
    package let levelShapes: [[Int]]
    let factors: [[Int]]

    /// - Parameters:
    ///   - natural: the block of the source that costs least to read; bricks hold whole ones where they can.
    package init(geometry: LevelGeometry, chunk: [Int], natural: [Int]) {
        levelShapes = geometry.shapes
        factors = geometry.factors
        let extent = geometry.shapes[0]
        var shape = extent
        for axis in extent.indices where chunk[axis] < extent[axis] && natural[axis] < extent[axis] {
            let side = Self.side(chunk: chunk[axis], natural: natural[axis])
            let multiple = geometry.commonMultiple(axis)
            shape[axis] = min(side.saturatingMultiplied(by: multiple / side.commonDivisor(multiple)), extent[axis])
        }
        self.shape = shape
    }

    /// A multiple of the chunk that holds whole natural blocks, or enough of them that those cut at its rim, which are
    /// read twice, are at most a quarter on each axis.
    private static func side(chunk: Int, natural: Int) -> Int {
        let enough = (4 * natural + chunk - 1) / chunk * chunk
        if natural > chunk {
            return natural % chunk == 0 ? natural : enough
        }
        if chunk % natural == 0 || 8 * natural <= chunk { return chunk }
        return enough
    }

    /// Number of levels.
    var levelCount: Int { levelShapes.count }

    /// Bricks along each axis of a level.
    package func counts(level: Int) -> [Int] {
        zip(levelShapes[level], shape).map { ($0 + $1 - 1) / $1 }
    }

    /// The elements of a level that a brick covers.
    package func region(_ brick: Brick) -> Region {
        let extent = levelShapes[brick.level]
        let origin = zip(brick.index, shape).map { $0 * $1 }
        return Region(origin: origin, shape: extent.indices.map { min(shape[$0], extent[$0] - origin[$0]) })
    }

    /// The brick of the next level that a brick becomes a part of; nil on the coarsest level.
    package func parent(of brick: Brick) -> Brick? {
        guard brick.level + 1 < levelCount else { return nil }
        let step = factors[brick.level + 1]
        return Brick(level: brick.level + 1, index: zip(brick.index, step).map { $0 / $1 })
    }

    /// The bricks of the level below that a brick is made of, in the order they are visited.
    package func children(of brick: Brick) -> [Brick] {
        guard brick.level > 0 else { return [] }
        let counts = counts(level: brick.level - 1)
        let step = factors[brick.level]
        var indices = [[Int]()]
        for axis in counts.indices {
            let first = brick.index[axis] * step[axis]
            let last = min(first + step[axis], counts[axis])
            indices = indices.flatMap { head in (first..<last).map { head + [$0] } }
        }
        return indices.map { Brick(level: brick.level - 1, index: $0) }
    }

    /// Where the reduced pixels of a brick lie, counted from the first element of its parent.
    package func placeInParent(_ brick: Brick) -> Region? {
        guard let parent = parent(of: brick) else { return nil }
        let step = factors[parent.level]
        let child = region(brick), whole = region(parent)
        let origin = child.origin.indices.map { child.origin[$0] / step[$0] - whole.origin[$0] }
        return Region(origin: origin, shape: child.shape.indices.map { (child.shape[$0] + step[$0] - 1) / step[$0] })
    }

    /// The most bytes a brick of a level takes.
    package func bytes(level: Int, elementSize: Int) -> Int {
        zip(shape, levelShapes[level]).reduce(elementSize) { $0 * min($1.0, $1.1) }
    }
}

/// One block of whole chunks of one level, by its position in that level's grid of bricks.
package struct Brick: Sendable, Hashable {
    package var level: Int
    package var index: [Int]

    package init(level: Int, index: [Int]) {
        self.level = level
        self.index = index
    }
}
