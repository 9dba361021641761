import Zarr

/// The smallest and largest value of a plane; values that are not finite do not count.
package enum ValueRange {
    /// `(0, 0)` where there is no finite value.
    static func of(_ plane: StridedPixels, _ type: PixelType) -> (low: Double, high: Double) {
        finite(plane, type) ?? (0, 0)
    }

    /// Nil where there is no finite value.
    package static func finite(_ plane: StridedPixels, _ type: PixelType) -> (low: Double, high: Double)? {
        switch type {
        case .bool, .uint8: range(plane, UInt8.self) { Double($0) }
        case .int8: range(plane, Int8.self) { Double($0) }
        case .uint16: range(plane, UInt16.self) { Double($0) }
        case .int16: range(plane, Int16.self) { Double($0) }
        case .float16: range(plane, UInt16.self) { Double(HalfFloat.value($0)) }
        case .uint32: range(plane, UInt32.self) { Double($0) }
        case .int32: range(plane, Int32.self) { Double($0) }
        case .uint64: range(plane, UInt64.self) { Double($0) }
        case .int64: range(plane, Int64.self) { Double($0) }
        case .float32: range(plane, Float.self) { Double($0) }
        case .float64: range(plane, Double.self) { $0 }
        }
    }

    /// Safety: the view vouches for its memory; its rows are contiguous.
    @inline(__always)
    private static func range<T: BitwiseCopyable>(
        _ plane: StridedPixels, _: T.Type, _ value: (T) -> Double
    ) -> (low: Double, high: Double)? {
        var low = Double.infinity, high = -Double.infinity
        for y in 0..<plane.shape[0] {
            let row = plane.base + y &* plane.strides[0]
            for x in 0..<plane.shape[1] {
                let v = value(row.loadUnaligned(fromByteOffset: x &* MemoryLayout<T>.size, as: T.self))
                // Subtracting a number from itself gives 0 only where it is finite; comparisons with NaN are false.
                let finite = v - v == 0
                low = finite && v < low ? v : low
                high = finite && v > high ? v : high
            }
        }
        return low <= high ? (low, high) : nil
    }
}
