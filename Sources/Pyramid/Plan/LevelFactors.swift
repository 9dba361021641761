import OMEZarr

/// The factors a caller asks for, level after level, checked against an image.
struct LevelFactors {
    /// A larger step between two levels leaves nothing for a viewer to show in between, and makes bricks that do not
    /// fit any memory.
    static let largest = 16

    /// Elements that become one on each axis, for level 1, 2, …; the last step repeats.
    let steps: [[Int]]

    /// - Parameter given: for each step the factors of the last axes; fewer numbers than axes leave the others whole.
    /// - Throws: ``PyramidError`` with code `.invalidOption` where a factor is not 1 to ``largest``, where one reduces
    ///   time or channels, or where a step reduces nothing.
    init(_ given: [[Int]], _ image: ImageDescription) throws {
        let names = image.axes.map(\.name)
        steps = try given.map { factors in
            let text = factors.map(String.init).joined(separator: ",")
            guard (1...names.count).contains(factors.count), factors.allSatisfy({ (1...Self.largest).contains($0) })
            else {
                throw PyramidError(
                    .invalidOption,
                    "factors of \(text) do not fit an image with axes \(names.joined(separator: ",")): give 1 to "
                        + "\(names.count) whole numbers from 1 to \(Self.largest), the last one for \(names.last ?? "x")"
                )
            }
            let step = [Int](repeating: 1, count: names.count - factors.count) + factors
            if let axis = step.indices.first(where: { step[$0] > 1 && image.axes[$0].kind != .space }) {
                let space = zip(step, image.axes).map { $1.kind == .space ? $0 : 1 }
                throw PyramidError(
                    .invalidOption,
                    "factors of \(text) would reduce the axis \(names[axis]), but only axes of space are ever reduced; "
                        + "the nearest that do not: \(space.map(String.init).joined(separator: ","))")
            }
            guard step.contains(where: { $0 > 1 }) else {
                throw PyramidError(
                    .invalidOption, "factors of \(text) reduce nothing; at least one must be larger than 1")
            }
            return step
        }
    }

    /// The axes that any step reduces.
    var axes: [Int] { steps.first.map { $0.indices.filter { axis in steps.contains { $0[axis] > 1 } } } ?? [] }

    /// The step that makes a level of the one before; nil where none is left that reduces anything.
    ///
    /// Axes of a single element are not reduced any more. Steps that would only do that are passed over.
    ///
    /// - Parameter position: which step is next; moves behind the one returned.
    func next(_ shape: [Int], _ position: inout Int) -> [Int]? {
        while true {
            let isLast = position >= steps.count - 1
            let step = zip(steps[min(position, steps.count - 1)], shape).map { $1 > 1 ? $0 : 1 }
            position += 1
            if step.contains(where: { $0 > 1 }) { return step }
            if isLast { return nil }
        }
    }
}
