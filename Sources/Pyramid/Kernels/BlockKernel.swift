import Zarr

/// Reduces blocks of any size, for the factors that are neither 1 nor 2: gathers the pixels of a block that exist and
/// applies the plain definition of the method.
///
/// Speed comes second here: what a block costs is in proportion to its pixels (and for the median and the mode to sorting
/// them).
enum BlockKernel {
    /// Safety: `rows` and `output` hold `width` and `width / step` (rounded up) elements of `type`.
    static func run(
        _ method: DownsampleMethod, _ rows: BlockRows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer,
        _ type: PixelType
    ) {
        switch type {
        case .bool, .uint8: integers(method, rows, width, step, output, UInt8.self, Int64.self)
        case .uint16: integers(method, rows, width, step, output, UInt16.self, Int64.self)
        case .uint32: integers(method, rows, width, step, output, UInt32.self, Int64.self)
        case .uint64: integers(method, rows, width, step, output, UInt64.self, UInt64.self)
        case .int8: integers(method, rows, width, step, output, Int8.self, Int64.self)
        case .int16: integers(method, rows, width, step, output, Int16.self, Int64.self)
        case .int32: integers(method, rows, width, step, output, Int32.self, Int64.self)
        case .int64: integers(method, rows, width, step, output, Int64.self, Int64.self)
        case .float16: floats(method, rows, width, step, output, Float16.self)
        case .float32: floats(method, rows, width, step, output, Float.self)
        case .float64: floats(method, rows, width, step, output, Double.self)
        }
    }

    /// The lower median of the values that are not NaN; NaN where all are. Sorts the block.
    static func validMedian<T: BinaryFloatingPoint>(_ block: UnsafeMutableBufferPointer<T>) -> T {
        // NaN has no place in an order: the others are moved to the front.
        var count = 0
        for i in block.indices where !block[i].isNaN {
            block[count] = block[i]
            count += 1
        }
        guard count > 0 else { return .nan }
        var valid = UnsafeMutableBufferPointer(rebasing: block[..<count])
        valid.sort()
        return valid[(count - 1) / 2]
    }

    // MARK: Integers

    @inline(__always)
    private static func integers<T: FixedWidthInteger & BitwiseCopyable, A: FixedWidthInteger>(
        _ method: DownsampleMethod, _ rows: BlockRows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer,
        _: T.Type, _: A.Type
    ) {
        let d = output.assumingMemoryBound(to: T.self)
        rows.forEachBlock(width, step, T.self) { x, pixels, _ in
            var block = pixels
            switch method {
            case .mean: d[x] = T(truncatingIfNeeded: mean(block, A.self))
            case .median:
                block.sort()
                d[x] = block[(block.count &- 1) / 2]
            case .mode:
                block.sort()
                d[x] = mostFrequent(block)
            case .min: d[x] = block.reduce(block[0]) { Swift.min($0, $1) }
            case .max: d[x] = block.reduce(block[0]) { Swift.max($0, $1) }
            case .nearest: d[x] = block[0]
            }
        }
    }

    /// The exact mean, rounded half to even: the sum of the quotients may wrap on its way, but the mean is in range, and
    /// the remainders, each below the count, are summed apart.
    @inline(__always)
    private static func mean<T: FixedWidthInteger, A: FixedWidthInteger>(
        _ block: UnsafeMutableBufferPointer<T>, _: A.Type
    ) -> A {
        let n = A(truncatingIfNeeded: block.count)
        var quotient: A = 0, remainder: A = 0
        for value in block {
            let (q, r) = A(truncatingIfNeeded: value).quotientAndRemainder(dividingBy: n)
            let isBelow = r < 0
            quotient &+= isBelow ? q &- 1 : q
            remainder &+= isBelow ? r &+ n : r
        }
        quotient &+= remainder / n
        let twice = remainder % n &* 2
        return twice > n || (twice == n && quotient & 1 == 1) ? quotient &+ 1 : quotient
    }

    /// The longest run of a sorted block; of equally long ones the first that is not of zeros.
    @inline(__always)
    private static func mostFrequent<T: FixedWidthInteger>(_ block: UnsafeMutableBufferPointer<T>) -> T {
        var best = block[0], most = 0, start = 0
        for i in 1...block.count where i == block.count || block[i] != block[start] {
            let run = i &- start, value = block[start]
            // Values rise, so that only zero gives way to one that comes later.
            if run > most || (run == most && best == 0) {
                best = value
                most = run
            }
            start = i
        }
        return best
    }

    // MARK: Floats

    @inline(__always)
    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ method: DownsampleMethod, _ rows: BlockRows, _ width: Int, _ step: Int, _ output: UnsafeMutableRawPointer,
        _: T.Type
    ) {
        let d = output.assumingMemoryBound(to: T.self)
        rows.forEachBlock(width, step, T.self) { x, block, columns in
            switch method {
            case .mean: d[x] = T(validMean(block, columns: columns, lines: rows.lines))
            case .median: d[x] = validMedian(block)
            case .min: d[x] = block.reduce(T.nan) { $1 < $0 || $0 != $0 ? $1 : $0 }
            case .max: d[x] = block.reduce(T.nan) { $1 > $0 || $0 != $0 ? $1 : $0 }
            // A plan never asks for the mode of floats.
            case .mode, .nearest: d[x] = block[0]
            }
        }
    }

    /// Sums the pixels of a row, then the rows of a plane, then the planes: the order of `MeanKernel`.
    @inline(__always)
    private static func validMean<T: BinaryFloatingPoint>(
        _ block: UnsafeMutableBufferPointer<T>, columns: Int, lines: Int
    ) -> Double {
        var valid = 0.0, sum = 0.0, i = 0
        while i < block.count {
            var plane = 0.0
            for _ in 0..<lines {
                var row = 0.0
                for _ in 0..<columns {
                    if !block[i].isNaN {
                        row += Double(block[i])
                        valid += 1
                    }
                    i &+= 1
                }
                plane += row
            }
            sum += plane
        }
        return valid == 0 ? .nan : sum / valid
    }
}

/// The input rows of one output row: some planes of some lines each.
///
/// Safety: `first` and every row at the strides behind it hold the row's elements and outlive the call.
struct BlockRows {
    let first: UnsafeMutableRawPointer
    let planes, lines, planeStride, rowStride: Int

    /// Calls `body` with the pixels of each block that exist: output position, pixels in the order z, y, x, pixels in a
    /// row. `body` may rearrange them.
    ///
    /// Safety: rows hold `width` elements of `T`; the block is valid during the call.
    @inline(__always)
    func forEachBlock<T: BitwiseCopyable>(
        _ width: Int, _ step: Int, _: T.Type, _ body: (Int, UnsafeMutableBufferPointer<T>, Int) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: T.self, capacity: planes * lines * step) { temporary in
            for x in 0..<(width &+ step &- 1) / step {
                let from = x &* step, columns = Swift.min(step, width &- from)
                var n = 0
                for z in 0..<planes {
                    for y in 0..<lines {
                        let row = (first + (z * planeStride + y * rowStride)).assumingMemoryBound(to: T.self)
                        for i in from..<from &+ columns {
                            temporary[n] = row[i]
                            n &+= 1
                        }
                    }
                }
                body(x, UnsafeMutableBufferPointer(rebasing: temporary[..<n]), columns)
            }
        }
    }
}
