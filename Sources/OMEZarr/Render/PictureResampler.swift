/// Makes pictures larger or smaller, by any factor that may differ between rows and columns.
///
/// Made smaller, a pixel is the mean of the area it covers; made larger, it lies on the straight line between the centres
/// of its neighbours. Both are sums of weighted pixels, first of rows, then of columns: the first pass, which has the most
/// to do, is one loop over contiguous bytes and vectorises.
public struct PictureResampler: Sendable {
    /// Which part of a side becomes which pixels.
    public struct Side: Sendable, Hashable {
        /// Where the first pixel begins, and how far it reaches, in pixels of what is resampled.
        public var start, step: Double
        /// Pixels to make.
        public var count: Int

        /// A side.
        public init(start: Double, step: Double, count: Int) {
            self.start = start
            self.step = step
            self.count = count
        }
    }

    /// The pixels that one pixel is made of.
    private struct Taps {
        var first: Int
        var weights: [Float]
    }

    private let columns, rows: Side

    /// - Parameters:
    ///   - columns: along rows.
    ///   - rows: down columns.
    public init(columns: Side, rows: Side) {
        self.columns = columns
        self.rows = rows
    }

    /// A picture made of another. What lies outside of that is as its edge.
    public func resample(_ picture: RenderedPicture) -> RenderedPicture {
        let samples = picture.layout.bytesPerPixel
        let across = Self.taps(columns, extent: picture.width), down = Self.taps(rows, extent: picture.height)
        let rowBytes = picture.width * samples, targetBytes = columns.count * samples
        var sums = [Float](repeating: 0, count: rowBytes)
        var target = [UInt8](repeating: 0, count: targetBytes * rows.count)
        picture.bytes.withUnsafeBufferPointer { source in
            sums.withUnsafeMutableBufferPointer { sums in
                target.withUnsafeMutableBufferPointer { target in
                    guard let source = source.baseAddress, let sums = sums.baseAddress, let target = target.baseAddress
                    else { return }
                    for (y, taps) in down.enumerated() {
                        Self.addRows(source + taps.first &* rowBytes, rowBytes, taps.weights, into: sums)
                        Self.addColumns(sums, samples, across, into: target + y &* targetBytes)
                    }
                }
            }
        }
        return RenderedPicture(width: columns.count, height: rows.count, layout: picture.layout, bytes: target)
    }

    /// A picture of pixels of another, which are not mixed: of each area the one in its middle.
    public func pick(_ picture: RenderedPicture) -> RenderedPicture {
        let samples = picture.layout.bytesPerPixel
        let across = Self.middles(columns, extent: picture.width), down = Self.middles(rows, extent: picture.height)
        var target = [UInt8]()
        target.reserveCapacity(columns.count * rows.count * samples)
        picture.bytes.withUnsafeBufferPointer { source in
            for y in down {
                for x in across {
                    let place = (y &* picture.width &+ x) &* samples
                    for sample in 0..<samples { target.append(source[place &+ sample]) }
                }
            }
        }
        return RenderedPicture(width: columns.count, height: rows.count, layout: picture.layout, bytes: target)
    }

    /// Safety: `source` has a row for each weight, `sums` has `count` elements.
    private static func addRows(
        _ source: UnsafePointer<UInt8>, _ count: Int, _ weights: [Float], into sums: UnsafeMutablePointer<Float>
    ) {
        sums.update(repeating: 0, count: count)
        for (number, weight) in weights.enumerated() {
            let row = source + number &* count
            for i in 0..<count { sums[i] += weight * Float(row[i]) }
        }
    }

    /// Safety: the taps lie in the row of sums, and the target has room for a pixel of each.
    private static func addColumns(
        _ sums: UnsafePointer<Float>, _ samples: Int, _ across: [Taps], into target: UnsafeMutablePointer<UInt8>
    ) {
        for (x, taps) in across.enumerated() {
            for sample in 0..<samples {
                var value: Float = 0, place = taps.first &* samples &+ sample
                for weight in taps.weights {
                    value += weight * sums[place]
                    place &+= samples
                }
                // Weights add up to one, so that nothing leaves 0...255 but by rounding.
                target[x &* samples &+ sample] = UInt8(min(max(value.rounded(.toNearestOrEven), 0), 255))
            }
        }
    }

    private static func taps(_ side: Side, extent: Int) -> [Taps] {
        (0..<side.count).map { number in
            let low = side.start + Double(number) * side.step, high = low + side.step
            guard side.step < 1 else { return area(low, high, extent) }
            let centre = min(max((low + high) / 2 - 0.5, 0), Double(extent - 1))
            let first = min(Int(centre), max(extent - 2, 0)), share = Float(centre - Double(first))
            return Taps(first: first, weights: extent > 1 ? [1 - share, share] : [1])
        }
    }

    private static func area(_ low: Double, _ high: Double, _ extent: Int) -> Taps {
        let first = min(max(Int(low.rounded(.down)), 0), extent - 1)
        let last = min(max(Int(high.rounded(.up)) - 1, first), extent - 1)
        let weights = (first...last).map { max(min(high, Double($0 + 1)) - max(low, Double($0)), 0) }
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return Taps(first: first, weights: [1]) }
        return Taps(first: first, weights: weights.map { Float($0 / sum) })
    }

    private static func middles(_ side: Side, extent: Int) -> [Int] {
        (0..<side.count).map {
            min(max(Int((side.start + (Double($0) + 0.5) * side.step).rounded(.down)), 0), extent - 1)
        }
    }
}
