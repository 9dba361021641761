import Zarr

/// Maps rows of pixels of any type to intensities from 0 (the window's start) to 255 (its end).
///
/// Equals, for each pixel, `round((value - start) * 255 / (end - start))`, ties to even, clipped to 0...255, NaN to 0.
///
/// Fast because the loop has no branch and no checked conversion: adding 2^52 (2^23 in single precision) leaves the
/// rounded integer in the low bits of the mantissa, so clipping, rounding and narrowing all vectorise. Types of up to
/// 16 bits are exact in single precision, which is twice as fast; the others need double.
struct IntensityKernel: Sendable {
    private let type: PixelType
    private let start: Double
    private let gain: Double

    init(type: PixelType, window: Channel.Window) {
        self.type = type
        let width = window.end - window.start
        start = window.start.isFinite ? window.start : 0
        // An empty or broken window shows everything above its start in full: a step, not a division by zero.
        gain = width.isFinite && width > 0 ? 255 / width : 1e30
    }

    /// Safety: `row` has `count` pixels of the kernel's type, `target` room for `count` bytes; they do not overlap.
    func run(_ row: UnsafeRawPointer, into target: UnsafeMutablePointer<UInt8>, count: Int) {
        switch type {
        case .bool, .uint8: single(row, UInt8.self, target, count) { Float($0) }
        case .int8: single(row, Int8.self, target, count) { Float($0) }
        case .uint16: single(row, UInt16.self, target, count) { Float($0) }
        case .int16: single(row, Int16.self, target, count) { Float($0) }
        case .float16: single(row, UInt16.self, target, count) { HalfFloat.value($0) }
        case .uint32: double(row, UInt32.self, target, count) { Double($0) }
        case .int32: double(row, Int32.self, target, count) { Double($0) }
        case .uint64: double(row, UInt64.self, target, count) { Double($0) }
        case .int64: double(row, Int64.self, target, count) { Double($0) }
        case .float32: double(row, Float.self, target, count) { Double($0) }
        case .float64: double(row, Double.self, target, count) { $0 }
        }
    }

    @inline(__always)
    private func single<T: BitwiseCopyable>(
        _ row: UnsafeRawPointer, _: T.Type, _ target: UnsafeMutablePointer<UInt8>, _ count: Int,
        _ value: (T) -> Float
    ) {
        let start = Float(start), gain = Float(gain)
        for i in 0..<count {
            let x = (value(row.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self)) - start) * gain
            // A comparison with NaN is false, so NaN becomes 0.
            let low: Float = x > 0 ? x : 0
            let clipped: Float = low < 255 ? low : 255
            target[i] = UInt8(truncatingIfNeeded: (clipped + 0x1p23).bitPattern)
        }
    }

    @inline(__always)
    private func double<T: BitwiseCopyable>(
        _ row: UnsafeRawPointer, _: T.Type, _ target: UnsafeMutablePointer<UInt8>, _ count: Int,
        _ value: (T) -> Double
    ) {
        for i in 0..<count {
            let x = (value(row.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self)) - start) * gain
            let low: Double = x > 0 ? x : 0
            let clipped: Double = low < 255 ? low : 255
            target[i] = UInt8(truncatingIfNeeded: (clipped + 0x1p52).bitPattern)
        }
    }
}
