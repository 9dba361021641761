public import OMEZarr
import Zarr

/// By what each level reduces which axes, and the shapes that follow: the geometry of a pyramid, without its storage.
public struct LevelGeometry: Sendable, Hashable {
    /// Elements on each axis, for each level.
    public var shapes: [[Int]]
    /// How many elements of the level before become one, on each axis; for level 0 all 1.
    public var factors: [[Int]]
    /// Why the space axes are reduced as they are, in one sentence.
    public var reason: String

    /// Levels from 0 until the longest reduced side is at most `minSize`.
    ///
    /// Space axes only: time and channels are never reduced. Two-dimensional images halve y and x. Volumes halve at
    /// each step the axes whose spacing is within √2 of the finest, which is the choice that leaves the voxels as close
    /// to cubes as halving allows; once they are, all axes. A z axis of unknown spacing, or in a unit that cannot be
    /// compared with the others, is never reduced: its planes may be anything.
    ///
    /// - Parameters:
    ///   - minSize: elements; at least 1.
    ///   - count: the exact number of levels to make instead, level 0 included. Fewer are made where nothing is left
    ///     to reduce.
    public init(of image: ImageDescription, minSize: Int, count: Int?) {
        let space = image.axes.indices.filter { image.axes[$0].kind == .space }
        let planar = Array(space.suffix(2))
        let stacked = space.dropLast(2).filter { image.shape[$0] > 1 }
        let comparable = Self.comparableSpacing(space.map { image.axes[$0] })
        let isVolume = !stacked.isEmpty && comparable != nil
        let candidates = isVolume ? stacked + planar : planar
        var spacing = image.axes.map(\.spacing)
        if let comparable { for (axis, value) in zip(space, comparable) { spacing[axis] = value } }
        self.init(image.shape, reason: Self.reason(isVolume: isVolume, hasStack: !stacked.isEmpty)) { shape, made in
            let isDone = count == nil && candidates.allSatisfy { shape[$0] <= minSize }
            let open = candidates.filter { shape[$0] > 1 }
            guard !isDone, made < count ?? .max, let finest = open.map({ spacing[$0] }).min() else { return nil }
            var step = [Int](repeating: 1, count: shape.count)
            for axis in open where !isVolume || spacing[axis] < finest * 2.0.squareRoot() {
                step[axis] = 2
                spacing[axis] *= 2
            }
            return step
        }
    }

    /// Levels by the caller's factors, from 0 until the longest reduced side is at most `minSize`.
    ///
    /// - Parameters:
    ///   - factors: for level 1, 2, … the elements of the level before that become one, on the last axes; the last
    ///     entry repeats. Not empty.
    ///   - count: as above.
    /// - Throws: ``PyramidError`` with code `.invalidOption` where factors do not fit the image.
    public init(of image: ImageDescription, minSize: Int, count: Int?, factors: [[Int]]) throws {
        let given = try LevelFactors(factors, image)
        let axes = given.axes
        var position = 0
        self.init(image.shape, reason: "the factors are those asked for") { shape, made in
            let isDone = count == nil && axes.allSatisfy { shape[$0] <= minSize }
            return isDone || made >= count ?? .max ? nil : given.next(shape, &position)
        }
    }

    /// - Parameter next: the step from a level of a shape to the next, told how many levels there are; nil ends.
    private init(_ shape: [Int], reason: String, _ next: (_ shape: [Int], _ made: Int) -> [Int]?) {
        self.reason = reason
        shapes = [shape]
        factors = [[Int](repeating: 1, count: shape.count)]
        var shape = shape
        while let step = next(shape, shapes.count) {
            shape = zip(shape, step).map { $0 / $1 + ($0 % $1 == 0 ? 0 : 1) }
            shapes.append(shape)
            factors.append(step)
        }
    }

    /// The smallest side that every factor of an axis divides; 1 where the axis is kept.
    func commonMultiple(_ axis: Int) -> Int {
        factors.reduce(1) { multiple, step in
            multiple.saturatingMultiplied(by: step[axis] / multiple.commonDivisor(step[axis]))
        }
    }

    /// How many elements of level 0 one element of a level stands for, on each axis.
    public func cumulativeFactors(level: Int) -> [Int] {
        factors[...level].reduce([Int](repeating: 1, count: factors[0].count)) { zip($0, $1).map { $0 * $1 } }
    }

    /// The spacing of axes in one unit: theirs where all have the same, whatever it is, else metres; nil where one says
    /// no unit, no sound spacing, or a unit nobody knows beside others.
    private static func comparableSpacing(_ axes: [Axis]) -> [Double]? {
        guard axes.allSatisfy({ $0.unit != nil }) else { return nil }
        let isAlike = axes.allSatisfy { $0.unit == axes.first?.unit }
        let spacing = axes.compactMap { axis in
            isAlike ? axis.spacing : axis.unit.flatMap(PhysicalUnit.meters).map { axis.spacing * $0 }
        }
        guard spacing.count == axes.count, spacing.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        return spacing
    }

    private static func reason(isVolume: Bool, hasStack: Bool) -> String {
        if isVolume { return "a volume: the axes with the finest voxels are halved until voxels are cubes, then all" }
        if hasStack { return "a stack whose voxel depth is unknown: y and x are halved, planes are kept" }
        return "an image: y and x are halved"
    }
}
