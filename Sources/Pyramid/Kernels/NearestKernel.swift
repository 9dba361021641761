import Zarr

/// Takes the first pixel of each block.
enum NearestKernel {
    /// Safety: `rows` and `output` hold `width` and `width / step` (rounded up) elements of `type`.
    static func run(_ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _ type: PixelType) {
        switch type.size {
        case 1: take(rows.r0, width, step, output, UInt8.self)
        case 2: take(rows.r0, width, step, output, UInt16.self)
        case 4: take(rows.r0, width, step, output, UInt32.self)
        default: take(rows.r0, width, step, output, UInt64.self)
        }
    }

    @inline(__always)
    private static func take<T: BitwiseCopyable>(
        _ row: UnsafeMutableRawPointer, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        let s = row.assumingMemoryBound(to: T.self), d = output.assumingMemoryBound(to: T.self)
        let n = (width &+ step &- 1) / step
        if step == 2 {
            for x in 0..<n { d[x] = s[2 &* x] }
        } else {
            for x in 0..<n { d[x] = s[x] }
        }
    }
}
