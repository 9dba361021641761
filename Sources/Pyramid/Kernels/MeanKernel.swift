import Zarr

/// Averages the pixels of each block that exist.
///
/// Integers: the exact mean rounded half to even, so that no level is brighter or darker than the one before. With
/// `s` the sum of 2^k pixels that is `(s + 2^(k-1) - 1 + (s >> k & 1)) >> k`, which also holds for negative sums. There
/// are always 1, 2, 4 or 8 pixels, so no division is needed and the loops vectorise.
/// Floats: the mean in double precision of the values that are not NaN, rounded once; NaN where all are.
///
/// Pointers and wrapping operators because checked arithmetic does not vectorise (20 to 50 times slower here).
enum MeanKernel {
    /// Safety: `rows` and `output` hold `width` and `width / step` (rounded up) elements of `type`.
    static func run(_ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _ type: PixelType) {
        switch type {
        case .uint8: integers(rows, width, step, output, UInt8.self, UInt32.self)
        case .uint16: integers(rows, width, step, output, UInt16.self, UInt32.self)
        case .uint32: integers(rows, width, step, output, UInt32.self, UInt64.self)
        case .int8: integers(rows, width, step, output, Int8.self, Int32.self)
        case .int16: integers(rows, width, step, output, Int16.self, Int32.self)
        case .int32: integers(rows, width, step, output, Int32.self, Int64.self)
        case .uint64: wideIntegers(rows, width, step, output, UInt64.self)
        case .int64: wideIntegers(rows, width, step, output, Int64.self)
        case .float16: floats(rows, width, step, output, Float16.self)
        case .float32: floats(rows, width, step, output, Float.self)
        case .float64: floats(rows, width, step, output, Double.self)
        case .bool: ModeKernel.run(rows, width, step, output, .bool)
        }
    }

    // MARK: Integers up to 32 bits: the sum of 8 fits the accumulator.

    @inline(__always)
    private static func integers<T: FixedWidthInteger, A: FixedWidthInteger>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type, _: A.Type
    ) {
        let a = rows.r0.assumingMemoryBound(to: T.self), b = rows.r1.assumingMemoryBound(to: T.self)
        let c = rows.r2.assumingMemoryBound(to: T.self), e = rows.r3.assumingMemoryBound(to: T.self)
        let d = output.assumingMemoryBound(to: T.self)
        @inline(__always) func u(_ v: T) -> A { A(truncatingIfNeeded: v) }
        @inline(__always) func pair(_ p: UnsafeMutablePointer<T>, _ x: Int) -> A { u(p[2 &* x]) &+ u(p[2 &* x &+ 1]) }
        @inline(__always) func column(_ x: Int) -> A {
            switch rows.count {
            case 1: u(a[x])
            case 2: u(a[x]) &+ u(b[x])
            default: u(a[x]) &+ u(b[x]) &+ u(c[x]) &+ u(e[x])
            }
        }
        let shift = A(truncatingIfNeeded: rows.count.trailingZeroBitCount)
        guard step == 2 else {
            for x in 0..<width { d[x] = rounded(column(x), shift) }
            return
        }
        let pairs = width &>> 1
        switch rows.count {
        case 1: for x in 0..<pairs { d[x] = rounded(pair(a, x), 1) }
        case 2: for x in 0..<pairs { d[x] = rounded(pair(a, x) &+ pair(b, x), 2) }
        default:
            for x in 0..<pairs { d[x] = rounded((pair(a, x) &+ pair(b, x)) &+ (pair(c, x) &+ pair(e, x)), 3) }
        }
        if width & 1 == 1 { d[pairs] = rounded(column(width &- 1), shift) }
    }

    @inline(__always)
    private static func rounded<T: FixedWidthInteger, A: FixedWidthInteger>(_ sum: A, _ shift: A) -> T {
        let bias = shift == 0 ? 0 : ((1 as A) &<< (shift &- 1)) &- 1 &+ ((sum &>> shift) & 1)
        return T(truncatingIfNeeded: (sum &+ bias) &>> shift)
    }

    // MARK: 64-bit integers: the sum of the quotients and the sum of the remainders cannot overflow.

    @inline(__always)
    private static func wideIntegers<T: FixedWidthInteger & BitwiseCopyable>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        let d = output.assumingMemoryBound(to: T.self)
        forEachBlock(rows, width, step, T.self) { x, block, count in
            let shift = T(truncatingIfNeeded: count.trailingZeroBitCount)
            let mask = ((1 as T) &<< shift) &- 1
            var quotient: T = 0, remainder: T = 0
            for i in 0..<count {
                quotient &+= block[i] &>> shift
                remainder &+= block[i] & mask
            }
            quotient &+= remainder &>> shift
            remainder &= mask
            let twice = remainder &<< 1, whole = (1 as T) &<< shift
            let up = twice > whole || (twice == whole && quotient & 1 == 1)
            d[x] = up ? quotient &+ 1 : quotient
        }
    }

    // MARK: Floats

    /// Sums the two pixels of a row, then the rows of a plane, then the planes: an order that numpy can follow.
    ///
    /// The first loop ignores that there may be NaN, so that it vectorises; the pixels that came out as NaN are made
    /// again, with zero for each NaN and the number of the others as divisor.
    @inline(__always)
    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ rows: Rows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer, _: T.Type
    ) {
        let a = rows.r0.assumingMemoryBound(to: T.self), b = rows.r1.assumingMemoryBound(to: T.self)
        let c = rows.r2.assumingMemoryBound(to: T.self), e = rows.r3.assumingMemoryBound(to: T.self)
        let d = output.assumingMemoryBound(to: T.self)
        let count = (width &+ step &- 1) / step, pairs = step == 2 ? width &>> 1 : 0
        @inline(__always) func pair(_ p: UnsafeMutablePointer<T>, _ x: Int) -> Double {
            Double(p[2 &* x]) + Double(p[2 &* x &+ 1])
        }
        var sawNaN = false
        @inline(__always) func put(_ mean: Double, _ x: Int) {
            d[x] = T(mean)
            sawNaN = sawNaN || mean != mean
        }
        switch rows.count {
        case 1: for x in 0..<pairs { put(pair(a, x) * 0.5, x) }
        case 2: for x in 0..<pairs { put((pair(a, x) + pair(b, x)) * 0.25, x) }
        default: for x in 0..<pairs { put(((pair(a, x) + pair(b, x)) + (pair(c, x) + pair(e, x))) * 0.125, x) }
        }
        for x in pairs..<count {
            let i = x &* step
            switch rows.count {
            case 1: put(Double(a[i]), x)
            case 2: put((Double(a[i]) + Double(b[i])) * 0.5, x)
            default: put(((Double(a[i]) + Double(b[i])) + (Double(c[i]) + Double(e[i]))) * 0.25, x)
            }
        }
        guard sawNaN else { return }
        for x in 0..<count where d[x].isNaN {
            let i = x &* step, columns = min(step, width &- i)
            d[x] = T(validMean(rows, i, columns, T.self))
        }
    }

    /// The mean of the values of one block that are not NaN; NaN where all are.
    @inline(__always)
    private static func validMean<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ rows: Rows, _ first: Int, _ columns: Int, _: T.Type
    ) -> Double {
        var valid = 0.0
        func row(_ pointer: UnsafeMutableRawPointer, _ number: Int) -> Double {
            guard number < rows.count else { return 0 }
            let p = pointer.assumingMemoryBound(to: T.self)
            var sum = 0.0
            for i in first..<first &+ columns where !p[i].isNaN {
                sum += Double(p[i])
                valid += 1
            }
            return sum
        }
        let sum = (row(rows.r0, 0) + row(rows.r1, 1)) + (row(rows.r2, 2) + row(rows.r3, 3))
        return valid == 0 ? .nan : sum / valid
    }
}

/// Calls `body` with the pixels of each block that exist: output position, pixels in the order z, y, x, their number.
///
/// For kernels that need the pixels together; loops that vectorise read the rows themselves.
///
/// Safety: rows hold `width` elements of `T`; the block's pointer is valid during the call.
@inline(__always)
func forEachBlock<T: BitwiseCopyable>(
    _ rows: Rows, _ width: Int, _ step: Int, _: T.Type,
    _ body: (Int, UnsafeMutablePointer<T>, Int) -> Void
) {
    withUnsafeTemporaryAllocation(of: T.self, capacity: 8) { temporary in
        let block = temporary.baseAddress!
        let r = (
            rows.r0.assumingMemoryBound(to: T.self), rows.r1.assumingMemoryBound(to: T.self),
            rows.r2.assumingMemoryBound(to: T.self), rows.r3.assumingMemoryBound(to: T.self)
        )
        for x in 0..<(width &+ step &- 1) / step {
            let from = x &* step, columns = min(step, width &- from)
            var n = 0
            for i in from..<from &+ columns {
                block[n] = r.0[i]
                if rows.count > 1 { block[n &+ 1] = r.1[i] }
                if rows.count > 2 {
                    block[n &+ 2] = r.2[i]
                    block[n &+ 3] = r.3[i]
                }
                n &+= rows.count
            }
            body(x, block, n)
        }
    }
}
