import OMEZarr
import Testing
import Zarr

@Suite("Histograms of values")
struct ValueHistogramTests {
    private func histogram<T: BitwiseCopyable>(
        _ values: [T], _ type: PixelType, _ low: Double, _ high: Double
    ) -> ValueHistogram {
        var plane = PixelBuffer(
            shape: [1, values.count], type: .pixel(type), bytes: values.withUnsafeBytes { Array($0) })
        var histogram = ValueHistogram(type: type, low: low, high: high)
        plane.withPixels { histogram.add($0) }
        return histogram
    }

    /// As NumPy defines it.
    private func counts(_ values: [Double], _ low: Double, _ high: Double, _ bins: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: bins)
        for value in values where value >= low && value <= high {
            counts[min(Int((value - low) * (Double(bins) / (high - low))), bins - 1)] += 1
        }
        return counts
    }

    @Test("integers are counted exactly, in any number of bins", arguments: [1, 2, 7, 100, 256, 1000])
    func integers(_ bins: Int) {
        var random = RandomNumbers(seed: 5)
        let values = (0..<3000).map { _ in UInt16(truncatingIfNeeded: random.next() % 5000) }
        for (low, high) in [(0.0, 4999.0), (1000, 2000), (0, 65535)] {
            let histogram = histogram(values, .uint16, low, high)
            #expect(histogram.counts(bins: bins) == counts(values.map(Double.init), low, high, bins))
            #expect(histogram.count == values.filter { (low...high).contains(Double($0)) }.count)
        }
    }

    @Test("floats are counted exactly in powers of two; NaN and infinity are not counted")
    func floats() {
        var random = RandomNumbers(seed: 6)
        let numbers = (0..<3000).map { _ in Double(random.next() % 1_000_000) / 999_999 }
        let histogram = histogram(numbers + [.nan, .infinity, -.infinity, 2], .float64, 0, 1)
        #expect(histogram.count == 3000)
        #expect(histogram.counts(bins: 256) == counts(numbers, 0, 1, 256))
    }

    @Test("percentiles are values of which so many are not larger")
    func percentiles() {
        let histogram = histogram((0...100).map { UInt8($0) }, .uint8, 0, 100)
        for share in 0...100 { #expect(histogram.percentile(Double(share) / 100) == Double(max(0, share))) }
        #expect(ValueHistogram(type: .uint8, low: 0, high: 1).percentile(0.5) == nil)
        let wide = self.histogram([UInt32(0), 4_000_000_000, 4_000_000_000], .uint32, 0, 4_000_000_000)
        #expect(abs((wide.percentile(0.9) ?? 0) - 4_000_000_000) < 4_000_000_000 / 65536)
    }

    @Test("a single value, an empty range and the largest numbers do not trap")
    func extremes() {
        #expect(histogram([UInt8(7)], .uint8, 7, 7).counts(bins: 4).reduce(0, +) == 1)
        #expect(histogram([Float(1)], .float32, 1, 1).counts(bins: 4).reduce(0, +) == 1)
        #expect(histogram([Int64.min, .max], .int64, Double(Int64.min), Double(Int64.max)).count >= 1)
        #expect(histogram([UInt8(1)], .uint8, 5, 2).count == 0)
        #expect(histogram([-Double.greatestFiniteMagnitude, 0], .float64, -1e308, 1e308).count == 1)
    }
}
