import OMEZarr
import Testing

@Suite("Pictures made larger and smaller")
struct PictureResamplerTests {
    private func picture(_ width: Int, _ height: Int, _ layout: PNGEncoder.PixelLayout) -> RenderedPicture {
        var random = RandomNumbers(seed: UInt64(width * 100 + height))
        return RenderedPicture(
            width: width, height: height, layout: layout, bytes: random.bytes(width * height * layout.bytesPerPixel))
    }

    /// The mean over an area, or the straight line between centres, of one sample in double precision.
    private func value(
        _ picture: RenderedPicture, _ columns: PictureResampler.Side, _ rows: PictureResampler.Side, x: Int, y: Int,
        sample: Int
    ) -> Double {
        let across = weights(columns, x, picture.width), down = weights(rows, y, picture.height)
        var sum = 0.0
        for (row, rowWeight) in down {
            for (column, columnWeight) in across {
                let place = (row * picture.width + column) * picture.layout.bytesPerPixel + sample
                sum += rowWeight * columnWeight * Double(picture.bytes[place])
            }
        }
        return sum
    }

    private func weights(_ side: PictureResampler.Side, _ index: Int, _ extent: Int) -> [(Int, Double)] {
        let low = side.start + Double(index) * side.step, high = low + side.step
        guard side.step >= 1 else {
            let centre = min(max((low + high) / 2 - 0.5, 0), Double(extent - 1)), first = Int(centre)
            let share = centre - Double(first)
            return [(first, 1 - share), (min(first + 1, extent - 1), share)]
        }
        let parts = (0..<extent).map { ($0, min(high, Double($0 + 1)) - max(low, Double($0))) }.filter { $0.1 > 0 }
        let sum = parts.reduce(0) { $0 + $1.1 }
        return parts.map { ($0.0, $0.1 / sum) }
    }

    @Test("every pixel equals the definition, for all small sizes and fractions of pixels")
    func definition() {
        for (width, height) in [(1, 1), (1, 5), (7, 1), (9, 6)] {
            for layout in [PNGEncoder.PixelLayout.gray8, .rgb8, .rgba8] {
                let source = picture(width, height, layout)
                for count in 1...12 {
                    for start in [0.0, 0.3] {
                        let columns = PictureResampler.Side(
                            start: start, step: (Double(width) - start) / Double(count), count: count)
                        let rows = PictureResampler.Side(start: 0, step: Double(height) / 4, count: 4)
                        compare(source, columns, rows)
                    }
                }
            }
        }
    }

    private func compare(
        _ source: RenderedPicture, _ columns: PictureResampler.Side, _ rows: PictureResampler.Side
    ) {
        let result = PictureResampler(columns: columns, rows: rows).resample(source)
        #expect(result.width == columns.count && result.height == rows.count && result.layout == source.layout)
        var farthest = 0.0, index = 0
        for y in 0..<rows.count {
            for x in 0..<columns.count {
                for sample in 0..<source.layout.bytesPerPixel {
                    let expected = value(source, columns, rows, x: x, y: y, sample: sample)
                    farthest = max(farthest, abs(expected - Double(result.bytes[index])))
                    index += 1
                }
            }
        }
        #expect(farthest <= 0.501)
    }

    @Test("picked pixels are pixels of the picture, of each area the one in its middle")
    func picking() {
        let source = picture(8, 6, .rgba8)
        let half = PictureResampler(
            columns: .init(start: 0, step: 2, count: 4), rows: .init(start: 0, step: 2, count: 3)
        ).pick(source)
        for y in 0..<3 {
            for x in 0..<4 {
                let from = ((2 * y + 1) * 8 + 2 * x + 1) * 4, to = (y * 4 + x) * 4
                #expect(Array(half.bytes[to..<to + 4]) == Array(source.bytes[from..<from + 4]))
            }
        }
        let same = PictureResampler(
            columns: .init(start: 0, step: 1, count: 8), rows: .init(start: 0, step: 1, count: 6))
        #expect(same.pick(source) == source && same.resample(source) == source)
    }
}
