public import Zarr

/// Counts of the values of pixels, fine enough to find percentiles in and to be drawn in fewer bins.
///
/// Integers that span less than 65536 values are counted one by one, so that everything found in them is exact; anything
/// else falls into 65536 bins.
public struct ValueHistogram: Sendable, Hashable {
    /// The values that are counted, both included.
    public let low, high: Double
    /// Values counted so far.
    public private(set) var count = 0
    private let type: PixelType
    private var counts: [Int]
    /// Whether each bin is one value.
    private let isByValue: Bool

    private static let bins = 65536

    /// An empty histogram of the values from `low` to `high`, both finite.
    public init(type: PixelType, low: Double, high: Double) {
        self.type = type
        self.low = type.isFloat ? low : low.rounded(.up)
        self.high = max(self.low, type.isFloat ? high : high.rounded(.down))
        isByValue = !type.isFloat && self.high - self.low < Double(Self.bins)
        counts = [Int](repeating: 0, count: isByValue ? Int(self.high - self.low) + 1 : Self.bins)
    }

    /// Counts the pixels of a plane `[y, x]` whose rows have no gaps. What lies outside of the range is not counted, nor
    /// is NaN.
    public mutating func add(_ plane: StridedPixels) {
        for y in 0..<plane.shape[0] {
            let row = UnsafeRawPointer(plane.base + y &* plane.strides[0]), columns = plane.shape[1]
            switch type {
            case .bool, .uint8: add(row, UInt8.self, columns) { Double($0) }
            case .int8: add(row, Int8.self, columns) { Double($0) }
            case .uint16: add(row, UInt16.self, columns) { Double($0) }
            case .int16: add(row, Int16.self, columns) { Double($0) }
            case .float16: add(row, UInt16.self, columns) { Double(HalfFloat.value($0)) }
            case .uint32: add(row, UInt32.self, columns) { Double($0) }
            case .int32: add(row, Int32.self, columns) { Double($0) }
            case .uint64: add(row, UInt64.self, columns) { Double($0) }
            case .int64: add(row, Int64.self, columns) { Double($0) }
            case .float32: add(row, Float.self, columns) { Double($0) }
            case .float64: add(row, Double.self, columns) { $0 }
            }
        }
    }

    /// Safety: the row has `columns` pixels of the type.
    @inline(__always)
    private mutating func add<T: BitwiseCopyable>(
        _ row: UnsafeRawPointer, _: T.Type, _ columns: Int, _ value: (T) -> Double
    ) {
        let low = low, high = high, half = low / 2, gain = isByValue ? 2 : gain(Self.bins)
        var counted = 0
        counts.withUnsafeMutableBufferPointer { counts in
            let last = counts.count &- 1
            for x in 0..<columns {
                let v = value(row.loadUnaligned(fromByteOffset: x &* MemoryLayout<T>.size, as: T.self))
                // Comparisons with NaN are false.
                guard v >= low && v <= high else { continue }
                // The product is at most the number of bins, and finite: halves of any two numbers have a difference.
                let bin = min(Int((v / 2 - half) * gain), last)
                counts[bin] &+= 1
                counted &+= 1
            }
        }
        count += counted
    }

    /// The counts in bins of equal width from ``low`` to ``high``, the last one with its upper end, as NumPy has them.
    ///
    /// Exact where values are counted one by one, and where the number of bins is a power of two.
    public func counts(bins: Int) -> [Int] {
        var result = [Int](repeating: 0, count: max(bins, 1))
        let gain = gain(result.count)
        for (bin, count) in counts.enumerated() where count > 0 {
            result[min(Int((value(bin) / 2 - low / 2) * gain), result.count - 1)] += count
        }
        return result
    }

    /// The value that a share of all values, 0 to 1, is not larger than; nil where nothing is counted.
    public func percentile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int((min(max(share, 0), 1) * Double(count)).rounded(.up)))
        var sum = 0
        for (bin, count) in counts.enumerated() {
            sum += count
            if sum >= wanted { return value(bin) }
        }
        return high
    }

    /// The value of a bin, or its middle.
    private func value(_ bin: Int) -> Double {
        guard !isByValue else { return low + Double(bin) }
        let share = (Double(bin) + 0.5) / Double(Self.bins)
        return low * (1 - share) + high * share
    }

    /// Bins to half a unit of value; 0 where all values fall into the first.
    private func gain(_ bins: Int) -> Double {
        let gain = Double(bins) / (high / 2 - low / 2)
        return gain.isFinite ? gain : 0
    }
}
