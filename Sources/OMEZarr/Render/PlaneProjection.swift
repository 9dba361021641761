public import Zarr

/// Puts planes on top of one another into one: the largest value, the mean or the sum of each pixel.
///
/// Takes one plane after the other, so that it holds one plane of sums, however many there are.
public struct PlaneProjection {
    /// What is made of the values of a pixel.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// The largest; a NaN counts for nothing.
        case max
        /// The mean; of integers rounded, ties to even.
        case mean
        /// The sum; of integers it stops at the largest and smallest value of their type.
        case sum
    }

    private let method: Method
    private let type: PixelType
    private var values: [Double]
    private var planes = 0

    /// - Parameter count: pixels of a plane.
    public init(_ method: Method, type: PixelType, count: Int) {
        self.method = method
        self.type = type
        values = [Double](repeating: method == .max ? -.infinity : 0, count: count)
    }

    /// Adds a plane without gaps between its pixels.
    public mutating func add(_ plane: StridedPixels) {
        precondition(plane.isContiguous && plane.count == values.count && plane.type == .pixel(type), "another plane")
        planes += 1
        let base = UnsafeRawPointer(plane.base)
        switch type {
        case .bool, .uint8: add(base, UInt8.self) { Double($0) }
        case .int8: add(base, Int8.self) { Double($0) }
        case .uint16: add(base, UInt16.self) { Double($0) }
        case .int16: add(base, Int16.self) { Double($0) }
        case .uint32: add(base, UInt32.self) { Double($0) }
        case .int32: add(base, Int32.self) { Double($0) }
        case .uint64: add(base, UInt64.self) { Double($0) }
        case .int64: add(base, Int64.self) { Double($0) }
        case .float16: add(base, UInt16.self) { Double(HalfFloat.value($0)) }
        case .float32: add(base, Float.self) { Double($0) }
        case .float64: add(base, Double.self) { $0 }
        }
    }

    /// Safety: `base` has as many pixels as there are values (checked by the caller).
    @inline(__always)
    private mutating func add<T: BitwiseCopyable>(_ base: UnsafeRawPointer, _: T.Type, _ value: (T) -> Double) {
        let isMax = method == .max
        values.withUnsafeMutableBufferPointer { values in
            guard let sums = values.baseAddress else { return }
            let count = values.count
            if isMax {
                for i in 0..<count {
                    let v = value(base.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self))
                    sums[i] = v > sums[i] ? v : sums[i]
                }
            } else {
                for i in 0..<count {
                    sums[i] += value(base.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self))
                }
            }
        }
    }

    /// What came of the planes, as numbers that are shown as they are: `count` values `[y, x]` without gaps.
    ///
    /// A pixel of which no value was a number is 0.
    public func result() -> [Double] {
        let divisor = method == .mean ? Double(Swift.max(planes, 1)) : 1
        let limits = type.isFloat ? nil : type.limits
        return values.map { value in
            guard value.isFinite else { return value == -.infinity ? 0 : value }
            guard let limits else { return value / divisor }
            return min(Swift.max((value / divisor).rounded(.toNearestOrEven), limits.low), limits.high)
        }
    }
}

extension PixelType {
    /// The smallest and largest value of an integer type, as far as a double tells.
    fileprivate var limits: (low: Double, high: Double) {
        let bits = self == .bool ? 1 : 8 * size - (isSigned ? 1 : 0)
        let end = Double(sign: .plus, exponent: bits, significand: 1)
        return (isSigned ? -end : 0, end - 1)
    }
}
