import Zarr

/// Maps rows of pixels of any type to intensities from 0 (the window's start) to a peak (its end).
///
/// Equals, for each pixel, `round((value - start) * peak / (end - start))`, ties to even, clipped to 0...peak, NaN to 0.
///
/// Fast because the loop has no branch and no checked conversion: adding 2^52 (2^23 in single precision) leaves the
/// rounded integer in the low bits of the mantissa, so clipping, rounding and narrowing all vectorise. Types of up to
/// 16 bits are exact in single precision, which is twice as fast; the others need double.
struct IntensityKernel: Sendable {
    private let type: PixelType
    private let start: Double
    private let gain: Double
    private let peak: Double

    /// - Parameter peak: the intensity of the window's end, below 2^16.
    init(type: PixelType, window: Channel.Window, peak: Int = 255) {
        self.type = type
        self.peak = Double(peak)
        let width = window.end - window.start
        start = window.start.isFinite ? window.start : 0
        // An empty or broken window shows everything above its start in full: a step, not a division by zero.
        gain = width.isFinite && width > 0 ? self.peak / width : 1e30
    }

    /// Safety: `row` has `count` pixels of the kernel's type, `target` room for `count` intensities; they do not overlap.
    /// The kernel's peak fits the target's type.
    func run(_ row: UnsafeRawPointer, into target: UnsafeMutablePointer<UInt8>, count: Int) {
        convert(row, target, count)
    }

    /// Safety: as above.
    func run(_ row: UnsafeRawPointer, into target: UnsafeMutablePointer<UInt16>, count: Int) {
        convert(row, target, count)
    }

    @inline(__always)
    private func convert<Intensity: FixedWidthInteger & UnsignedInteger>(
        _ row: UnsafeRawPointer, _ target: UnsafeMutablePointer<Intensity>, _ count: Int
    ) {
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
    private func single<T: BitwiseCopyable, Intensity: FixedWidthInteger & UnsignedInteger>(
        _ row: UnsafeRawPointer, _: T.Type, _ target: UnsafeMutablePointer<Intensity>, _ count: Int,
        _ value: (T) -> Float
    ) {
        let start = Float(start), gain = Float(gain), peak = Float(peak)
        for i in 0..<count {
            let x = (value(row.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self)) - start) * gain
            // A comparison with NaN is false, so NaN becomes 0.
            let low: Float = x > 0 ? x : 0
            let clipped: Float = low < peak ? low : peak
            target[i] = Intensity(truncatingIfNeeded: (clipped + 0x1p23).bitPattern)
        }
    }

    @inline(__always)
    private func double<T: BitwiseCopyable, Intensity: FixedWidthInteger & UnsignedInteger>(
        _ row: UnsafeRawPointer, _: T.Type, _ target: UnsafeMutablePointer<Intensity>, _ count: Int,
        _ value: (T) -> Double
    ) {
        for i in 0..<count {
            let x = (value(row.loadUnaligned(fromByteOffset: i &* MemoryLayout<T>.size, as: T.self)) - start) * gain
            let low: Double = x > 0 ? x : 0
            let clipped: Double = low < peak ? low : peak
            target[i] = Intensity(truncatingIfNeeded: (clipped + 0x1p52).bitPattern)
        }
    }
}
