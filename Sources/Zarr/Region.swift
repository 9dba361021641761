/// A box of elements: where it begins and how far it reaches on each axis, in C order of the axes.
public struct Region: Sendable, Hashable {
    /// First index on each axis.
    public var origin: [Int]
    /// Number of elements on each axis.
    public var shape: [Int]

    /// - Parameters:
    ///   - origin: first index on each axis.
    ///   - shape: number of elements on each axis; as many as `origin` has.
    public init(origin: [Int], shape: [Int]) {
        precondition(origin.count == shape.count, "a region has one origin and one extent per axis")
        self.origin = origin
        self.shape = shape
    }

    /// The whole of an array of this shape.
    public init(wholeOf shape: [Int]) {
        self.init(origin: [Int](repeating: 0, count: shape.count), shape: shape)
    }

    /// Number of axes.
    public var rank: Int { origin.count }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// True where an axis has no elements.
    public var isEmpty: Bool { shape.contains { $0 <= 0 } }

    /// One past the last index on an axis.
    public func end(_ axis: Int) -> Int { origin[axis] + shape[axis] }

    /// The part both regions cover; nil where they have none in common.
    public func intersection(_ other: Region) -> Region? {
        var origin = origin, shape = shape
        for axis in 0..<rank {
            let low = max(self.origin[axis], other.origin[axis])
            let high = min(end(axis), other.end(axis))
            guard low < high else { return nil }
            origin[axis] = low
            shape[axis] = high - low
        }
        return Region(origin: origin, shape: shape)
    }

    /// True where the region lies inside an array of this shape.
    public func lies(within shape: [Int]) -> Bool {
        guard rank == shape.count else { return false }
        // Safety: subtracting instead of adding, so that no hostile origin can overflow.
        return (0..<rank).allSatisfy {
            origin[$0] >= 0 && self.shape[$0] >= 0 && origin[$0] <= shape[$0]
                && self.shape[$0] <= shape[$0] - origin[$0]
        }
    }

    /// The same box, counted from another point.
    public func relative(to point: [Int]) -> Region {
        Region(origin: zip(origin, point).map { $0 - $1 }, shape: shape)
    }
}
