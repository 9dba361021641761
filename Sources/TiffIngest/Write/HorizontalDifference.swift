import Zarr

/// Horizontal differencing (predictor 2): every value minus the one of the same sample to its left.
///
/// - Source: TIFF 6.0, section 14 "Differencing Predictor".
enum HorizontalDifference {
    /// Takes the differences of rows of pixels.
    ///
    /// - Parameters:
    ///   - values: values of a row.
    ///   - step: samples of a pixel.
    ///   - size: bytes of a value: 1, 2, 4 or 8.
    /// - Safety: source and target hold `rows * values * size` bytes.
    static func run(
        _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, rows: Int, values: Int, step: Int, size: Int
    ) {
        switch size {
        case 1: run(source, target, rows, values, step, UInt8.self)
        case 2: run(source, target, rows, values, step, UInt16.self)
        case 4: run(source, target, rows, values, step, UInt32.self)
        default: run(source, target, rows, values, step, UInt64.self)
        }
    }

    @inline(__always)
    private static func run<T: FixedWidthInteger>(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ rows: Int, _ values: Int, _ step: Int,
        _: T.Type
    ) {
        let size = MemoryLayout<T>.size
        for row in 0..<rows {
            let from = source + row &* values &* size, to = target + row &* values &* size
            for i in 0..<step {
                to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: i &* size, as: T.self), toByteOffset: i &* size, as: T.self)
            }
            for i in step..<values {
                let value = from.loadUnaligned(fromByteOffset: i &* size, as: T.self)
                let left = from.loadUnaligned(fromByteOffset: (i &- step) &* size, as: T.self)
                to.storeBytes(of: value &- left, toByteOffset: i &* size, as: T.self)
            }
        }
    }
}
