import Zarr

/// Takes the smallest or the largest pixel of each block.
///
/// The same value twice changes nothing, so the rows that repeat the first need no case of their own. A comparison and
/// a choice per pixel vectorise for every type but `Float16`, which x86 compares in single precision.
enum ExtremeKernel {
    /// Which end of the values is taken.
    enum End { case smallest, largest }

    /// Safety: `rows` and `output` hold `width` and `width / step` (rounded up) elements of `type`.
    static func run(
        _ end: End, _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _ type: PixelType
    ) {
        switch type {
        case .bool, .uint8: integers(end, rows, width, step, output, UInt8.self)
        case .uint16: integers(end, rows, width, step, output, UInt16.self)
        case .uint32: integers(end, rows, width, step, output, UInt32.self)
        case .uint64: integers(end, rows, width, step, output, UInt64.self)
        case .int8: integers(end, rows, width, step, output, Int8.self)
        case .int16: integers(end, rows, width, step, output, Int16.self)
        case .int32: integers(end, rows, width, step, output, Int32.self)
        case .int64: integers(end, rows, width, step, output, Int64.self)
        case .float16: floats(end, rows, width, step, output, Float16.self)
        case .float32: floats(end, rows, width, step, output, Float.self)
        case .float64: floats(end, rows, width, step, output, Double.self)
        }
    }

    @inline(__always)
    private static func integers<T: FixedWidthInteger>(
        _ end: End, _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        switch end {
        case .smallest: reduce(rows, width, step, output, T.self) { $0 < $1 ? $0 : $1 }
        case .largest: reduce(rows, width, step, output, T.self) { $0 > $1 ? $0 : $1 }
        }
    }

    /// A comparison with NaN is false, so the first of a pair is kept where the second is NaN, and only then.
    @inline(__always)
    private static func floats<T: BinaryFloatingPoint>(
        _ end: End, _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        switch end {
        case .smallest: reduce(rows, width, step, output, T.self) { $0 < $1 || $1 != $1 ? $0 : $1 }
        case .largest: reduce(rows, width, step, output, T.self) { $0 > $1 || $1 != $1 ? $0 : $1 }
        }
    }

    @inline(__always)
    private static func reduce<T>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type, _ pick: (T, T) -> T
    ) {
        let a = rows.r0.assumingMemoryBound(to: T.self), b = rows.r1.assumingMemoryBound(to: T.self)
        let c = rows.r2.assumingMemoryBound(to: T.self), e = rows.r3.assumingMemoryBound(to: T.self)
        let d = output.assumingMemoryBound(to: T.self)
        @inline(__always) func pair(_ p: UnsafeMutablePointer<T>, _ x: Int) -> T { pick(p[2 &* x], p[2 &* x &+ 1]) }
        let pairs = step == 2 ? width &>> 1 : 0
        switch rows.count {
        case 1: for x in 0..<pairs { d[x] = pair(a, x) }
        case 2: for x in 0..<pairs { d[x] = pick(pair(a, x), pair(b, x)) }
        default: for x in 0..<pairs { d[x] = pick(pick(pair(a, x), pair(b, x)), pick(pair(c, x), pair(e, x))) }
        }
        for x in pairs..<(width &+ step &- 1) / step {
            let i = x &* step
            d[x] = pick(pick(a[i], b[i]), pick(c[i], e[i]))
        }
    }
}
