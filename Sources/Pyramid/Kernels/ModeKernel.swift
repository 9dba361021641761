import Zarr

/// Takes the most frequent value of each block; among equally frequent ones the smallest that is not zero.
///
/// Zero is the background of label images: an object one pixel wide survives a tie with it, so thin objects do not
/// vanish from coarse levels. Most blocks of a label image hold one value, which is tested first.
enum ModeKernel {
    /// Safety: `rows` and `output` hold `width` and `width / step` (rounded up) elements of `type`.
    static func run(_ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _ type: PixelType) {
        switch type {
        case .bool, .uint8: mode(rows, width, step, output, UInt8.self)
        case .uint16: mode(rows, width, step, output, UInt16.self)
        case .uint32: mode(rows, width, step, output, UInt32.self)
        case .uint64: mode(rows, width, step, output, UInt64.self)
        case .int8: mode(rows, width, step, output, Int8.self)
        case .int16: mode(rows, width, step, output, Int16.self)
        case .int32: mode(rows, width, step, output, Int32.self)
        case .int64: mode(rows, width, step, output, Int64.self)
        case .float16, .float32, .float64:
            // A plan never asks for the mode of floats.
            NearestKernel.run(rows, width, step, output, type)
        }
    }

    @inline(__always)
    private static func mode<T: FixedWidthInteger & BitwiseCopyable>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        let d = output.assumingMemoryBound(to: T.self)
        forEachBlock(rows, width, step, T.self) { x, block, count in
            let first = block[0]
            var differs = false
            for i in 1..<max(count, 1) { differs = differs || block[i] != first }
            d[x] = differs ? mostFrequent(block, count) : first
        }
    }

    @inline(__always)
    private static func mostFrequent<T: FixedWidthInteger>(_ block: UnsafeMutablePointer<T>, _ count: Int) -> T {
        var best = block[0], bestCount = 0
        for i in 0..<count {
            let value = block[i]
            var n = 0
            for j in 0..<count where block[j] == value { n &+= 1 }
            let winsTie = n == bestCount && value != 0 && (best == 0 || value < best)
            if n > bestCount || winsTie {
                best = value
                bestCount = n
            }
        }
        return best
    }
}
