/// Arithmetic on numbers of any type by way of wide ones: a strip of numbers is widened, changed and narrowed, so that
/// a change is written once and not for every pair of types.
///
/// Equals `for i in 0..<count { target[i] = Target(truncatingIfNeeded: change(Int64(truncatingIfNeeded: source[i]))) }`,
/// or the same with `Double`: what 64 bits cannot hold becomes 0, the rest wraps into the target.
enum NumberStrips {
    // 8 KiB of wide numbers stay in the first cache.
    private static let length = 1024

    /// Integers wrap; those of 64 bits without sign pass as their bits.
    ///
    /// - Parameters:
    ///   - source: whole elements of a type that is no float.
    ///   - target: as many elements of another such type.
    @inline(__always)
    static func integers(
        _ source: UnsafeRawBufferPointer, _ from: PixelType, into target: UnsafeMutableRawBufferPointer,
        _ to: PixelType, _ change: (Int64) -> Int64
    ) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: length) { strip in
            let count = source.count / from.size
            for first in stride(from: 0, to: count, by: length) {
                let strip = UnsafeMutableBufferPointer(rebasing: strip[..<min(length, count - first)])
                widen(source.orEmpty + first * from.size, from, strip)
                for i in strip.indices { strip[i] = change(strip[i]) }
                narrow(strip, target.orEmpty + first * to.size, to)
            }
        }
    }

    /// Floats, and integers as the doubles next to them.
    @inline(__always)
    static func doubles(
        _ source: UnsafeRawBufferPointer, _ from: PixelType, into target: UnsafeMutableRawBufferPointer,
        _ to: PixelType, _ change: (Double) -> Double
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: length) { strip in
            let count = source.count / from.size
            for first in stride(from: 0, to: count, by: length) {
                let strip = UnsafeMutableBufferPointer(rebasing: strip[..<min(length, count - first)])
                widen(source.orEmpty + first * from.size, from, strip)
                for i in strip.indices { strip[i] = change(strip[i]) }
                narrow(strip, target.orEmpty + first * to.size, to)
            }
        }
    }
}

// MARK: - Integers

extension NumberStrips {
    private static func widen(_ source: UnsafeRawPointer, _ type: PixelType, _ strip: UnsafeMutableBufferPointer<Int64>)
    {
        switch type {
        case .bool, .uint8: widen(source, UInt8.self, strip)
        case .int8: widen(source, Int8.self, strip)
        case .int16: widen(source, Int16.self, strip)
        case .uint16, .float16: widen(source, UInt16.self, strip)
        case .int32: widen(source, Int32.self, strip)
        case .uint32, .float32: widen(source, UInt32.self, strip)
        case .int64, .uint64, .float64: widen(source, Int64.self, strip)
        }
    }

    private static func widen<Number: FixedWidthInteger & BitwiseCopyable>(
        _ source: UnsafeRawPointer, _: Number.Type, _ strip: UnsafeMutableBufferPointer<Int64>
    ) {
        for i in strip.indices {
            let offset = i &* MemoryLayout<Number>.size
            strip[i] = Int64(truncatingIfNeeded: source.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }

    private static func narrow(
        _ strip: UnsafeMutableBufferPointer<Int64>, _ target: UnsafeMutableRawPointer, _ type: PixelType
    ) {
        if type == .bool { for i in strip.indices { strip[i] &= 1 } }
        switch type.size {
        case 1: narrow(strip, target, UInt8.self)
        case 2: narrow(strip, target, UInt16.self)
        case 4: narrow(strip, target, UInt32.self)
        default: narrow(strip, target, UInt64.self)
        }
    }

    private static func narrow<Number: FixedWidthInteger & BitwiseCopyable>(
        _ strip: UnsafeMutableBufferPointer<Int64>, _ target: UnsafeMutableRawPointer, _: Number.Type
    ) {
        for i in strip.indices {
            target.storeBytes(
                of: Number(truncatingIfNeeded: strip[i]), toByteOffset: i &* MemoryLayout<Number>.size, as: Number.self)
        }
    }
}

// MARK: - Doubles

extension NumberStrips {
    private static func widen(
        _ source: UnsafeRawPointer, _ type: PixelType, _ strip: UnsafeMutableBufferPointer<Double>
    ) {
        switch type {
        case .bool, .uint8: widen(source, strip) { (value: UInt8) in Double(value) }
        case .int8: widen(source, strip) { (value: Int8) in Double(value) }
        case .int16: widen(source, strip) { (value: Int16) in Double(value) }
        case .uint16: widen(source, strip) { (value: UInt16) in Double(value) }
        case .int32: widen(source, strip) { (value: Int32) in Double(value) }
        case .uint32: widen(source, strip) { (value: UInt32) in Double(value) }
        case .int64: widen(source, strip) { (value: Int64) in Double(value) }
        case .uint64: widen(source, strip) { (value: UInt64) in Double(value) }
        case .float16: widen(source, strip) { (bits: UInt16) in HalfFloat.double(bits) }
        case .float32: widen(source, strip) { (value: Float) in Double(value) }
        case .float64: widen(source, strip) { (value: Double) in value }
        }
    }

    @inline(__always)
    private static func widen<Number: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ strip: UnsafeMutableBufferPointer<Double>, _ double: (Number) -> Double
    ) {
        for i in strip.indices {
            strip[i] = double(source.loadUnaligned(fromByteOffset: i &* MemoryLayout<Number>.size, as: Number.self))
        }
    }

    private static func narrow(
        _ strip: UnsafeMutableBufferPointer<Double>, _ target: UnsafeMutableRawPointer, _ type: PixelType
    ) {
        switch type {
        case .bool: narrow(strip, target) { $0 == 0 ? 0 : 1 as UInt8 }
        case .int8: narrow(strip, target) { Int8(truncatingIfNeeded: integer($0)) }
        case .uint8: narrow(strip, target) { UInt8(truncatingIfNeeded: integer($0)) }
        case .int16: narrow(strip, target) { Int16(truncatingIfNeeded: integer($0)) }
        case .uint16: narrow(strip, target) { UInt16(truncatingIfNeeded: integer($0)) }
        case .int32: narrow(strip, target) { Int32(truncatingIfNeeded: integer($0)) }
        case .uint32: narrow(strip, target) { UInt32(truncatingIfNeeded: integer($0)) }
        case .int64: narrow(strip, target) { integer($0) }
        case .uint64:
            narrow(strip, target) { $0 >= 0x1p63 ? UInt64(exactly: $0) ?? 0 : UInt64(truncatingIfNeeded: integer($0)) }
        case .float16: narrow(strip, target) { HalfFloat.bits($0) }
        case .float32: narrow(strip, target) { Float($0) }
        case .float64: narrow(strip, target) { $0 }
        }
    }

    @inline(__always)
    private static func narrow<Number: BitwiseCopyable>(
        _ strip: UnsafeMutableBufferPointer<Double>, _ target: UnsafeMutableRawPointer, _ number: (Double) -> Number
    ) {
        for i in strip.indices {
            target.storeBytes(of: number(strip[i]), toByteOffset: i &* MemoryLayout<Number>.size, as: Number.self)
        }
    }

    /// The next integer toward zero; 0 where there is none of 64 bits.
    private static func integer(_ value: Double) -> Int64 { Int64(exactly: value.rounded(.towardZero)) ?? 0 }
}

extension PixelType {
    /// The value of this type next to a double that is the exact result of one operation on such values. For integers,
    /// the double itself.
    ///
    /// Rounding twice does no harm: double has more than twice the digits of float and half.
    func rounded(_ value: Double) -> Double {
        switch self {
        case .float32: Double(Float(value))
        case .float16: HalfFloat.double(HalfFloat.bits(value))
        default: value
        }
    }
}
