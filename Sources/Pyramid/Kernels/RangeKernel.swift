import Zarr

/// The smallest and largest value of a row. Equals `min()` and `max()` over the finite values.
enum RangeKernel {
    /// Safety: `row` holds `count` elements of `type`.
    ///
    /// - Returns: nil where no value is finite.
    static func run(_ row: UnsafeMutableRawPointer, _ count: Int, _ type: PixelType) -> (min: Double, max: Double)? {
        guard count > 0 else { return nil }
        switch type {
        case .bool, .uint8: return integers(row, count, UInt8.self)
        case .uint16: return integers(row, count, UInt16.self)
        case .uint32: return integers(row, count, UInt32.self)
        case .uint64: return integers(row, count, UInt64.self)
        case .int8: return integers(row, count, Int8.self)
        case .int16: return integers(row, count, Int16.self)
        case .int32: return integers(row, count, Int32.self)
        case .int64: return integers(row, count, Int64.self)
        case .float16: return floats(row, count, Float16.self)
        case .float32: return floats(row, count, Float.self)
        case .float64: return floats(row, count, Double.self)
        }
    }

    /// One element as a double.
    static func value(_ row: UnsafeMutableRawPointer, _ x: Int, _ type: PixelType) -> Double {
        let p = row + x &* type.size
        return switch type {
        case .bool, .uint8: Double(p.load(as: UInt8.self))
        case .uint16: Double(p.load(as: UInt16.self))
        case .uint32: Double(p.load(as: UInt32.self))
        case .uint64: Double(p.load(as: UInt64.self))
        case .int8: Double(p.load(as: Int8.self))
        case .int16: Double(p.load(as: Int16.self))
        case .int32: Double(p.load(as: Int32.self))
        case .int64: Double(p.load(as: Int64.self))
        case .float16: Double(p.load(as: Float16.self))
        case .float32: Double(p.load(as: Float.self))
        case .float64: p.load(as: Double.self)
        }
    }

    @inline(__always)
    private static func integers<T: FixedWidthInteger>(
        _ row: UnsafeMutableRawPointer, _ count: Int, _: T.Type
    ) -> (min: Double, max: Double)? {
        let p = row.assumingMemoryBound(to: T.self)
        var low = T.max, high = T.min
        for x in 0..<count {
            low = min(low, p[x])
            high = max(high, p[x])
        }
        return (Double(low), Double(high))
    }

    @inline(__always)
    private static func floats<T: BinaryFloatingPoint>(
        _ row: UnsafeMutableRawPointer, _ count: Int, _: T.Type
    ) -> (min: Double, max: Double)? {
        let p = row.assumingMemoryBound(to: T.self)
        var low = T.infinity, high = -T.infinity
        for x in 0..<count where p[x].isFinite {
            low = p[x] < low ? p[x] : low
            high = p[x] > high ? p[x] : high
        }
        return low <= high ? (Double(low), Double(high)) : nil
    }
}
