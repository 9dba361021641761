import Zarr

/// Takes the median of each block: of 2, 4 or 8 pixels the lower of the two in the middle.
///
/// Networks of minima and maxima without a branch, so that the loops vectorise: of two sorted pairs the second smallest
/// is the smaller of the larger beginning and the smaller end; the four smallest of two sorted quadruples are the minima
/// of one read forwards and the other backwards, and the median of 8 is the largest of them (Batcher's merge).
enum MedianKernel {
    /// Safety: `rows` and `output` hold `width` and `width / step` (rounded up) elements of `type`.
    static func run(_ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _ type: PixelType) {
        switch type {
        case .bool, .uint8: median(rows, width, step, output, UInt8.self)
        case .uint16: median(rows, width, step, output, UInt16.self)
        case .uint32: median(rows, width, step, output, UInt32.self)
        case .uint64: median(rows, width, step, output, UInt64.self)
        case .int8: median(rows, width, step, output, Int8.self)
        case .int16: median(rows, width, step, output, Int16.self)
        case .int32: median(rows, width, step, output, Int32.self)
        case .int64: median(rows, width, step, output, Int64.self)
        case .float16: floats(rows, width, step, output, Float16.self)
        case .float32: floats(rows, width, step, output, Float.self)
        case .float64: floats(rows, width, step, output, Double.self)
        }
    }

    /// The network knows no NaN; rows that hold one are made block by block.
    @inline(__always)
    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        let isWhole = [rows.r0, rows.r1, rows.r2, rows.r3].prefix(rows.count).allSatisfy { row in
            let p = row.assumingMemoryBound(to: T.self)
            var sawNaN = false
            for x in 0..<width { sawNaN = sawNaN || p[x] != p[x] }
            return !sawNaN
        }
        if isWhole { return median(rows, width, step, output, T.self) }
        let d = output.assumingMemoryBound(to: T.self)
        forEachBlock(rows, width, step, T.self) { x, block, count in
            d[x] = BlockKernel.validMedian(UnsafeMutableBufferPointer(start: block, count: count))
        }
    }

    @inline(__always)
    private static func median<T: Comparable & BitwiseCopyable>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        let a = rows.r0.assumingMemoryBound(to: T.self), b = rows.r1.assumingMemoryBound(to: T.self)
        let c = rows.r2.assumingMemoryBound(to: T.self), e = rows.r3.assumingMemoryBound(to: T.self)
        let d = output.assumingMemoryBound(to: T.self)
        let pairs = step == 2 ? width &>> 1 : 0
        switch rows.count {
        case 1: for x in 0..<pairs { d[x] = low(a[2 &* x], a[2 &* x &+ 1]) }
        case 2:
            for x in 0..<pairs {
                let i = 2 &* x
                d[x] = second(a[i], a[i &+ 1], b[i], b[i &+ 1])
            }
        default:
            for x in 0..<pairs {
                let i = 2 &* x
                let s = sorted(a[i], a[i &+ 1], b[i], b[i &+ 1]), t = sorted(c[i], c[i &+ 1], e[i], e[i &+ 1])
                d[x] = high(high(low(s.0, t.3), low(s.1, t.2)), high(low(s.2, t.1), low(s.3, t.0)))
            }
        }
        for x in pairs..<(width &+ step &- 1) / step {
            let i = x &* step
            switch rows.count {
            case 1: d[x] = a[i]
            case 2: d[x] = low(a[i], b[i])
            default: d[x] = second(a[i], b[i], c[i], e[i])
            }
        }
    }

    @inline(__always) private static func low<T: Comparable>(_ a: T, _ b: T) -> T { a < b ? a : b }
    @inline(__always) private static func high<T: Comparable>(_ a: T, _ b: T) -> T { a > b ? a : b }

    /// The second smallest of four.
    @inline(__always)
    private static func second<T: Comparable>(_ a: T, _ b: T, _ c: T, _ e: T) -> T {
        low(high(low(a, b), low(c, e)), low(high(a, b), high(c, e)))
    }

    @inline(__always)
    private static func sorted<T: Comparable>(_ a: T, _ b: T, _ c: T, _ e: T) -> (T, T, T, T) {
        let (p, q, r, s) = (low(a, b), high(a, b), low(c, e), high(c, e))
        let (first, last, m, n) = (low(p, r), high(q, s), high(p, r), low(q, s))
        return (first, low(m, n), high(m, n), last)
    }
}
