/// A view of pixels in somebody else's memory: what decoders write into and encoders read from.
///
/// Safety: the view does not own its memory. Whoever makes one keeps the memory alive and unshared while it is used,
/// and vouches that every index inside `shape` lies in that memory.
public struct StridedPixels {
    /// The element at index zero.
    public var base: UnsafeMutableRawPointer
    /// Elements on each axis, C order.
    public var shape: [Int]
    /// Bytes from one element to the next on each axis.
    public var strides: [Int]
    /// Type of one element.
    public var type: DataType

    /// A view with any strides.
    public init(base: UnsafeMutableRawPointer, shape: [Int], strides: [Int], type: DataType) {
        self.base = base
        self.shape = shape
        self.strides = strides
        self.type = type
    }

    /// A view of contiguous pixels in C order.
    public init(base: UnsafeMutableRawPointer, shape: [Int], type: DataType) {
        self.init(base: base, shape: shape, strides: Self.contiguousStrides(shape, type.size), type: type)
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// True where the elements follow one another in C order without gaps.
    public var isContiguous: Bool {
        var expected = type.size
        for axis in shape.indices.reversed() where shape[axis] != 1 {
            if strides[axis] != expected { return false }
            expected *= shape[axis]
        }
        return true
    }

    /// The part of the view that a region names.
    public func subview(_ region: Region) -> StridedPixels {
        precondition(region.lies(within: shape), "the region leaves the view")
        let offset = zip(region.origin, strides).reduce(0) { $0 + $1.0 * $1.1 }
        return StridedPixels(base: base + offset, shape: region.shape, strides: strides, type: type)
    }

    /// The view with its axes in another order: axis `i` of the result is axis `order[i]` of this one.
    public func permuted(_ order: [Int]) -> StridedPixels {
        StridedPixels(base: base, shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, type: type)
    }

    /// Copies all pixels of `source`, which has the same shape and type, into this view.
    public func copy(from source: StridedPixels) {
        precondition(shape == source.shape && type.size == source.type.size, "shapes or types differ")
        guard count > 0 else { return }
        StridedCopy.run(from: source, to: self)
    }

    /// Writes one element's bytes into every element.
    ///
    /// - Parameter element: `type.size` bytes in machine byte order.
    public func fill(with element: [UInt8]) {
        precondition(element.count == type.size, "the element's size is not the type's")
        guard count > 0 else { return }
        StridedCopy.fill(self, with: element)
    }

    static func contiguousStrides(_ shape: [Int], _ elementSize: Int) -> [Int] {
        var strides = [Int](repeating: elementSize, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
        return strides
    }
}
