import OMEZarr
import Testing
import Zarr

@Suite("Rendering channels")
struct ChannelRendererTests {
    private static let rgb = (0..<3).map { Channel.Color.standard(channel: $0, of: 3, isRGB: true) }

    /// One row of pixels rendered with one layer.
    private func render<T: BitwiseCopyable>(
        _ values: [T], _ type: PixelType, start: Double, end: Double, color: Channel.Color = .white
    ) throws -> [UInt8] {
        let layer = ChannelRenderer.Layer(window: .init(min: start, max: end, start: start, end: end), color: color)
        return try render([values], type, [layer])
    }

    private func render<T: BitwiseCopyable>(
        _ rows: [[T]], _ type: PixelType, _ layers: [ChannelRenderer.Layer]
    ) throws -> [UInt8] {
        let renderer = try ChannelRenderer(type: type, layers: layers)
        let width = rows[0].count
        var buffer = PixelBuffer(
            shape: [rows.count, 1, width], type: .pixel(type),
            bytes: rows.flatMap { row in row.withUnsafeBytes { Array($0) } })
        var picture = [UInt8](repeating: 0, count: width * renderer.layout.bytesPerPixel)
        try buffer.withPixels { view in
            let planes = rows.indices.map {
                StridedPixels(base: view.base + $0 * view.strides[0], shape: [1, width], type: .pixel(type))
            }
            try picture.withUnsafeMutableBytes { try renderer.render(planes, into: $0) }
        }
        return picture
    }

    /// What the kernel is defined to equal.
    private func intensity(_ value: Double, _ start: Double, _ end: Double) -> UInt8 {
        if value.isNaN { return 0 }
        return UInt8(min(max((value - start) * (255 / (end - start)), 0), 255).rounded(.toNearestOrEven))
    }

    @Test("every 8-bit value in every kind of window has the intensity of the definition")
    func eightBits() throws {
        let values = (0...255).map { UInt8($0) }
        for (start, end) in [(0.0, 255.0), (10, 20), (100, 101), (0, 1000), (-50, 300), (254, 255)] {
            let expected = values.map { intensity(Double($0), start, end) }
            #expect(try distance(render(values, .uint8, start: start, end: end), expected) <= 1)
        }
        #expect(try render(values, .uint8, start: 0, end: 255) == values)
    }

    @Test("every 16-bit value has the intensity of the definition, to one step")
    func sixteenBits() throws {
        let values = (0...65535).map { UInt16($0) }
        for (start, end) in [(0.0, 65535.0), (100, 4000), (0, 255), (30000, 30001)] {
            let picture = try render(values, .uint16, start: start, end: end)
            #expect(distance(picture, values.map { intensity(Double($0), start, end) }) <= 1)
        }
        let signed = values.map { Int16(bitPattern: $0) }
        let picture = try render(signed, .int16, start: -1000, end: 1000)
        #expect(distance(picture, signed.map { intensity(Double($0), -1000, 1000) }) <= 1)
    }

    private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
    }

    @Test("large integers and floats keep their differences; NaN is black, infinity is full")
    func wideTypes() throws {
        let base: UInt32 = 4_000_000_000
        #expect(
            try render([base, base + 1, base + 2], .uint32, start: Double(base), end: Double(base + 2)) == [
                0, 128, 255,
            ])
        #expect(
            try render([Float.nan, -.infinity, .infinity, 0.5, 1e-30], .float32, start: 0, end: 1) == [
                0, 0, 255, 128, 0,
            ])
        #expect(try render([Double.nan, 2, 1], .float64, start: 0, end: 2) == [0, 255, 128])
        #expect(try render([Int64.min, 0, .max], .int64, start: 0, end: 10) == [0, 0, 255])
        // Half precision: 0, the smallest subnormal, 0.5, 1, infinity, NaN, -1.
        let halves: [UInt16] = [0, 1, 0x3800, 0x3C00, 0x7C00, 0x7E00, 0xBC00]
        #expect(try render(halves, .float16, start: 0, end: 1) == [0, 0, 128, 255, 255, 0, 0])
        #expect(try render(halves, .float16, start: 0, end: 0x1p-24) == [0, 255, 255, 255, 255, 0, 0])
    }

    @Test("an empty or broken window never traps")
    func brokenWindows() throws {
        for (start, end) in [(5.0, 5.0), (9, 1), (.nan, 1), (0, .infinity), (-.infinity, .infinity)] {
            _ = try render([UInt8](0...255), .uint8, start: start, end: end)
            _ = try render([Float.nan, 1, -.infinity], .float32, start: start, end: end)
        }
        #expect(try render([UInt8](3...7), .uint8, start: 5, end: 5) == [0, 0, 0, 255, 255])
    }

    @Test("a photograph's channels come out as they are")
    func photograph() throws {
        var random = RandomNumbers(seed: 3)
        let rows = (0..<3).map { _ in random.bytes(100) }
        let layers = Self.rgb.map {
            ChannelRenderer.Layer(window: .init(min: 0, max: 255, start: 0, end: 255), color: $0)
        }
        #expect(try render(rows, .uint8, layers) == (0..<100).flatMap { x in rows.map { $0[x] } })
    }

    @Test("channels add up and stop at white, however many there are")
    func addition() throws {
        func layer(_ color: Channel.Color) -> ChannelRenderer.Layer {
            .init(window: .init(min: 0, max: 255, start: 0, end: 255), color: color)
        }
        let magenta = layer(.init(red: 255, green: 0, blue: 255)), orange = layer(.init(red: 255, green: 128, blue: 0))
        #expect(try render([[UInt8(100)], [200]], .uint8, [magenta, orange]) == [255, 100, 100])
        let many = [[UInt8]](repeating: [255], count: 300)
        #expect(
            try render(many, .uint8, [ChannelRenderer.Layer](repeating: magenta, count: 300)) == [255, 0, 255])
    }

    @Test("every product of intensity and colour is rounded to the nearest")
    func tints() throws {
        let values = [UInt8](0...255)
        for component in 0...255 {
            let color = Channel.Color(red: UInt8(component), green: component == 0 ? 1 : 0, blue: 0)
            let picture = try render(values, .uint8, start: 0, end: 255, color: color)
            for value in 0...255 {
                let expected = Int((Double(value * component) / 255).rounded())
                #expect(Int(picture[3 * value]) == expected, "\(value) x \(component)")
            }
        }
    }

    @Test("a region of an image is rendered with its windows, the middle of its planes and the active channels")
    func regions() throws {
        let source = FormulaImage(
            ImageDescription(
                axes: [.t(), .c, .space("z"), .space("y"), .space("x")], shape: [2, 3, 5, 20, 30], type: .uint8,
                channels: (0..<3).map {
                    Channel(
                        color: Self.rgb[$0], window: .init(min: 0, max: 255, start: 0, end: 255), isActive: $0 != 1)
                }))
        let picture = try source.render(PlaneSelection(x: 4, y: 5, width: 6, height: 7))
        #expect(picture.width == 6 && picture.height == 7 && picture.layout == .rgb8)
        var expected = [UInt8]()
        for y in 5..<12 {
            for x in 4..<10 {
                expected += [source.value([0, 0, 2, y, x]), 0, source.value([0, 2, 2, y, x])]
            }
        }
        #expect(picture.bytes == expected)
        let gray = try source.render(PlaneSelection(x: 0, y: 0, z: 4, t: 1, channels: [1]))
        #expect(gray.layout == .rgb8 && gray.width == 30 && gray.bytes[1] == source.value([1, 1, 4, 0, 0]))
        #expect(try gray.png(PNGEncoder()).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test("a selection outside of the image says so")
    func outside() throws {
        let source = FormulaImage(
            ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 20, 30], type: .uint8))
        let wrong: [PlaneSelection] = [
            .init(level: 1), .init(level: -1), .init(x: 30), .init(x: -1), .init(width: 31), .init(height: 0),
            .init(x: 29, width: .max), .init(x: .min), .init(t: 1), .init(z: 1), .init(channels: [2]),
            .init(channels: []),
            .init(channels: [-1]),
        ]
        for selection in wrong { #expect(throws: OMEZarrError.self, "\(selection)") { try source.render(selection) } }
    }
}

/// An image whose pixels are a function of their place.
struct FormulaImage: ImageSource {
    let description: ImageDescription

    init(_ description: ImageDescription) { self.description = description }

    func naturalReadShape(level: Int) -> [Int] { description.levels[level].shape }

    func makeReader() throws -> any RegionReader { Reader(image: self) }

    func value(_ index: [Int]) -> UInt8 {
        UInt8(truncatingIfNeeded: index.enumerated().reduce(7) { $0 &* 31 &+ $1.element &* ($1.offset + 1) })
    }

    private final class Reader: RegionReader {
        let image: FormulaImage
        init(image: FormulaImage) { self.image = image }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            for number in 0..<region.count {
                var rest = number, index = region.origin, offset = 0
                for axis in region.shape.indices.reversed() {
                    index[axis] += rest % region.shape[axis]
                    offset += rest % region.shape[axis] * pixels.strides[axis]
                    rest /= region.shape[axis]
                }
                (pixels.base + offset).storeBytes(of: image.value(index), as: UInt8.self)
            }
        }
    }
}
