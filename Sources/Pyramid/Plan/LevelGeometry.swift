public import OMEZarr

/// Which axes each level halves, and the shapes that follow: the geometry of a pyramid, without its storage.
public struct LevelGeometry: Sendable, Hashable {
    /// Elements on each axis, for each level.
    public var shapes: [[Int]]
    /// How many elements of the level before become one, on each axis (1 or 2); for level 0 all 1.
    public var factors: [[Int]]
    /// Why the space axes are halved as they are, in one sentence.
    public var reason: String

    /// Levels from 0 until the longest reduced side is at most `minSize`.
    ///
    /// Space axes only: time and channels are never reduced. Two-dimensional images halve y and x. Volumes halve at
    /// each step the axes whose spacing is within √2 of the finest, which is the choice that leaves the voxels as close
    /// to cubes as halving allows; once they are, all axes. A z axis of unknown spacing is never reduced: its planes
    /// may be anything.
    ///
    /// - Parameters:
    ///   - minSize: elements; at least 1.
    ///   - count: the exact number of levels to make instead, level 0 included. Fewer are made where nothing is left
    ///     to halve.
    public init(of image: ImageDescription, minSize: Int, count: Int?) {
        let space = image.axes.indices.filter { image.axes[$0].kind == .space }
        let planar = Array(space.suffix(2))
        let stacked = space.dropLast(2).filter { image.shape[$0] > 1 }
        let isVolume =
            !stacked.isEmpty
            && space.allSatisfy {
                let spacing = image.axes[$0].spacing
                return image.axes[$0].unit != nil && spacing.isFinite && spacing > 0
            }
        let candidates = isVolume ? stacked + planar : planar

        var shape = image.shape
        var spacing = image.axes.map(\.spacing)
        shapes = [shape]
        factors = [[Int](repeating: 1, count: shape.count)]
        reason = Self.reason(isVolume: isVolume, hasStack: !stacked.isEmpty)
        while shapes.count < count ?? .max {
            if count == nil && candidates.allSatisfy({ shape[$0] <= minSize }) { break }
            let open = candidates.filter { shape[$0] > 1 }
            guard let finest = open.map({ spacing[$0] }).min() else { break }
            var step = [Int](repeating: 1, count: shape.count)
            for axis in open where !isVolume || spacing[axis] < finest * 2.0.squareRoot() {
                step[axis] = 2
                shape[axis] = (shape[axis] + 1) / 2
                spacing[axis] *= 2
            }
            shapes.append(shape)
            factors.append(step)
        }
    }

    /// How many elements of level 0 one element of a level stands for, on each axis.
    public func cumulativeFactors(level: Int) -> [Int] {
        factors[...level].reduce([Int](repeating: 1, count: factors[0].count)) { zip($0, $1).map { $0 * $1 } }
    }

    private static func reason(isVolume: Bool, hasStack: Bool) -> String {
        if isVolume { return "a volume: the axes with the finest voxels are halved until voxels are cubes, then all" }
        if hasStack { return "a stack whose voxel depth is unknown: y and x are halved, planes are kept" }
        return "an image: y and x are halved"
    }
}
