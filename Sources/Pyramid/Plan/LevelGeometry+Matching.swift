public import OMEZarr

extension LevelGeometry {
    /// Levels with the steps of another pyramid, as ``steps(of:)`` finds them.
    ///
    /// - Throws: ``PyramidError`` with code `.unsupportedImage` where a step is neither 1 nor 2.
    init(of image: ImageDescription, steps: [[Int]]) throws {
        var shape = image.shape
        shapes = [shape]
        factors = [[Int](repeating: 1, count: shape.count)]
        reason = "the levels follow those of the image"
        for (level, step) in steps.enumerated().dropFirst() {
            guard step.count == shape.count, step.allSatisfy({ 1...LevelFactors.largest ~= $0 }) else {
                throw PyramidError(
                    .unsupportedImage,
                    "level \(level) of the image is smaller by \(step): steps other than 1 and 2 cannot be followed")
            }
            shape = zip(shape, step).map { ($0 + $1 - 1) / $1 }
            shapes.append(shape)
            factors.append(step)
        }
    }

    /// The factors between the levels of an image that exists: what labels of it must follow.
    ///
    /// Writers round sizes of levels up or down, so a factor is a whole number that fits either way: the one the scales
    /// tell, else 2, else the one the sizes tell.
    ///
    /// - Returns: for each level how many elements of the level before become one, on each axis; for level 0 all 1.
    /// - Throws: ``PyramidError`` with code `.unsupportedImage` where no whole number fits.
    public static func steps(of image: ImageDescription) throws -> [[Int]] {
        var steps = [[Int](repeating: 1, count: image.axes.count)]
        for (number, level) in image.levels.enumerated().dropFirst() {
            let finer = image.levels[number - 1]
            steps.append(
                try level.shape.indices.map { axis in
                    let told = level.scale[axis] / finer.scale[axis]
                    guard let factor = factor(from: finer.shape[axis], to: level.shape[axis], told: told) else {
                        throw PyramidError(
                            .unsupportedImage,
                            "level \(number) of the image has \(level.shape[axis]) elements on the \(image.axes[axis].name) "
                                + "axis, the level before \(finer.shape[axis]): no whole factor leads there, and labels "
                                + "cannot follow it")
                    }
                    return factor
                })
        }
        return steps
    }

    /// The steps of an image's levels for a part of it, as far as they make sense there: axes of one element are not
    /// reduced any more, and no level is made of one that is on no axis longer than the coarsest of the image.
    ///
    /// - Parameter part: has the image's axes.
    /// - Throws: ``PyramidError`` with code `.unsupportedImage` where no whole number fits, or where the image reduces time
    ///   or channels.
    public static func steps(of image: ImageDescription, for part: ImageDescription) throws -> [[Int]] {
        let coarsest = image.levels[image.levels.count - 1].shape
        var steps = [[Int](repeating: 1, count: part.axes.count)], shape = part.shape
        for step in try self.steps(of: image).dropFirst() {
            if let axis = step.indices.first(where: { step[$0] > 1 && image.axes[$0].kind != .space }) {
                throw PyramidError(
                    .unsupportedImage,
                    "the levels of the image reduce the axis \(image.axes[axis].name), but only axes of space are ever "
                        + "reduced")
            }
            guard zip(shape, coarsest).contains(where: { $0 > $1 }) else { break }
            let open = zip(step, shape).map { $1 > 1 ? $0 : 1 }
            guard open.contains(where: { $0 > 1 }) else { continue }
            shape = zip(shape, open).map { ($0 + $1 - 1) / $1 }
            steps.append(open)
        }
        return steps
    }

    private static func factor(from finer: Int, to coarser: Int, told: Double) -> Int? {
        guard coarser > 0, coarser <= finer else { return nil }
        let nearest = finer / coarser
        return [Int(exactly: told.rounded()) ?? 1, 2, nearest, nearest + 1].first {
            $0 > 0 && (finer / $0 == coarser || (finer + $0 - 1) / $0 == coarser)
        }
    }
}

extension PyramidPlan {
    /// How many elements of the level before become one on each axis, for each level; for level 0 all 1.
    public var steps: [[Int]] { geometry.factors }
}
