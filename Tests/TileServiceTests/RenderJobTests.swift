import OMEZarr
import Pyramid
import Testing
import TileService
import Zarr

/// Pictures against those of a plain renderer that reads whole levels and does one pixel at a time in double precision.
@Suite("Rendering")
struct RenderJobTests {
    private static let axes: [Axis] = [.t(), .c, .space("z"), .space("y"), .space("x")]

    /// Values of 0 to 99, different at every place and in every channel.
    private static func pattern(_ index: [Int]) -> Double {
        let parts = zip(index, [17, 29, 41, 3, 7]).map { $0 * $1 }
        return Double(parts.reduce(index[3] * index[4] / 50, +) % 100)
    }

    private func image(
        _ type: PixelType, _ shape: [Int] = [2, 3, 4, 30, 41], isRGB: Bool = false, isLabels: Bool = false
    ) throws -> ServedImage {
        let window = Channel.Window(min: 0, max: 100, start: 10, end: 80)
        let colors = ["FF0000", "40FF80", "0000FF"]
        let isBinary = type == .bool
        let source = MemoryImage(
            ImageDescription(
                axes: Self.axes, shape: shape, type: type,
                channels: (0..<shape[1]).map {
                    Channel(
                        color: Channel.Color(hexadecimal: colors[$0 % 3]),
                        window: isBinary ? .init(min: 0, max: 1, start: 0, end: 1) : window)
                }, isRGB: isRGB, isLabels: isLabels)
        ) { isBinary ? Double(Int(Self.pattern($0)) % 2) : Self.pattern($0) }
        return try ServedImage(
            source, id: "a", name: "a", version: "1", labels: [], cache: BlockCache(capacity: 64 << 20))
    }

    private func whole(_ image: ServedImage, level: Int = 0) -> RenderFrame {
        let shape = image.pyramid.description.levels[level].shape
        let step = Double(1 << level)
        return RenderFrame(
            x: 0, y: 0, width: Double(shape[4]) * step, height: Double(shape[3]) * step, columns: shape[4],
            rows: shape[3])
    }

    private func style(_ query: String, _ image: ServedImage) throws -> RenderStyle {
        try StyleQuery.style(RequestQuery(query), of: image.pyramid.description)
    }

    /// The plane of a level after the projection, as values.
    private func plane(_ image: ServedImage, _ style: RenderStyle, channel: Int, level: Int) throws -> [Double] {
        let shape = image.pyramid.description.levels[level].shape
        let planes = try (style.stack?.planes ?? style.z...style.z).map { z in
            try image.pyramid.read(
                Region(origin: [style.t, channel, z, 0, 0], shape: [1, 1, 1, shape[3], shape[4]]), level: level
            ).values
        }
        guard let stack = style.stack else { return planes[0] }
        return planes[0].indices.map { index in
            let values = planes.map { $0[index] }
            switch stack.method {
            case .max: return values.max() ?? 0
            case .sum: return min(values.reduce(0, +), image.pyramid.description.type == .bool ? 1 : .infinity)
            case .mean:
                let mean = values.reduce(0, +) / Double(values.count)
                return image.pyramid.description.type.isFloat ? mean : mean.rounded(.toNearestOrEven)
            }
        }
    }

    /// What a value adds to red, green and blue.
    private func shown(_ value: Double, _ layer: RenderStyle.Layer, _ known: Channel) -> [Double] {
        let start = layer.start ?? known.window?.start ?? 0, end = layer.end ?? known.window?.end ?? 0
        let share = min(max((value - start) / (end - start), 0), 1)
        let color = layer.color ?? known.color ?? .white
        let components = [color.red, color.green, color.blue].map { Double($0) }
        guard layer.gamma != 1 || layer.map != nil else {
            let intensity = (share * 255).rounded(.toNearestOrEven)
            return components.map { ((layer.isInverted ? 255 - intensity : intensity) * $0 / 255).rounded() }
        }
        var intensity = (share * 4095).rounded(.toNearestOrEven) / 4095
        // Tests use gamma 2 only, which needs no power.
        if layer.gamma == 2 { intensity *= intensity }
        if layer.isInverted { intensity = 1 - intensity }
        guard let map = layer.map else { return components.map { ($0 * intensity).rounded() } }
        let mapped = map.color(intensity)
        return [mapped.red, mapped.green, mapped.blue].map { Double($0) }
    }

    private func naive(_ image: ServedImage, _ style: RenderStyle, level: Int = 0) throws -> [[UInt8]] {
        let layers = try style.layers.map { ($0, try plane(image, style, channel: $0.channel, level: level)) }
        return layers[0].1.indices.map { index in
            var sum = [0.0, 0, 0]
            for (layer, values) in layers {
                let known = image.pyramid.description.channels[layer.channel]
                for (component, value) in shown(values[index], layer, known).enumerated() { sum[component] += value }
            }
            return sum.map { UInt8(min($0, 255)) }
        }
    }

    /// The largest difference of a component.
    private func distance(_ picture: RenderedPicture, _ expected: [[UInt8]]) -> Int {
        let samples = picture.layout.bytesPerPixel
        guard picture.bytes.count == expected.count * samples else { return .max }
        var farthest = 0
        for (index, pixel) in expected.enumerated() {
            for component in 0..<3 {
                let got = picture.bytes[index * samples + (samples == 1 ? 0 : component)]
                farthest = max(farthest, abs(Int(got) - Int(pixel[component])))
            }
        }
        return farthest
    }

    private static let queries = [
        "", "z=0&t=1", "channels=0", "channels=1,2&window.1=20:30", "color.0=FFFFFF&color.2=123456",
        "channels=0&lut.0=viridis", "gamma.0=2&gamma.1=2&invert.1=1", "invert.0=1&invert.1=1&invert.2=1&channels=2",
        "lut.1=hot&gamma.1=2&channels=1,2", "project=max", "project=mean:1:3", "project=sum:0:1&t=1",
        "project=max:2:2&channels=0",
    ]

    @Test("every type in every style is as the plain renderer has it", arguments: PixelType.allCases)
    func types(_ type: PixelType) throws {
        let image = try image(type)
        for query in Self.queries {
            let style = try style(query, image)
            let picture = try RenderJob(image, whole(image), style).picture()
            // Single precision and ties: one step for each channel.
            let difference = distance(picture, try naive(image, style))
            #expect(difference <= style.layers.count, "\(type) \(query)")
        }
    }

    @Test("grey mode shows channels in white, and a photograph's brightness")
    func grayMode() throws {
        let image = try image(.uint16)
        let style = try style("mode=gray&channels=1", image)
        var white = style
        white.layers[0].color = .white
        let picture = try RenderJob(image, whole(image), style).picture()
        #expect(try picture.layout == .gray8 && distance(picture, naive(image, white)) <= 1)
        let photograph = try self.image(.uint8, isRGB: true)
        let gray = try RenderJob(photograph, whole(photograph), self.style("mode=gray", photograph)).picture()
        let colors = try RenderJob(
            photograph, whole(photograph), self.style("color.0=FF0000&color.1=00FF00&color.2=0000FF", photograph)
        ).picture()
        #expect(gray.layout == .gray8 && colors.layout == .rgb8)
        var farthest = 0.0
        for index in gray.bytes.indices {
            let red = Double(colors.bytes[3 * index]), green = Double(colors.bytes[3 * index + 1])
            let brightness = 0.299 * red + 0.587 * green + 0.114 * Double(colors.bytes[3 * index + 2])
            farthest = max(farthest, abs(Double(gray.bytes[index]) - brightness))
        }
        #expect(farthest < 2.6)
    }

    @Test("tiles of every zoom are parts of their level, and the level is not resampled")
    func tiles() throws {
        let image = try image(.uint8, [1, 2, 1, 300, 523])
        let pyramid = TilePyramid(width: 523, height: 300)
        #expect(pyramid.maxZoom == 2)
        let style = try style("", image)
        for zoom in 0...2 {
            let level = 2 - zoom
            let shape = image.pyramid.description.levels[level].shape
            let expected = try naive(image, style, level: level)
            for y in 0...(shape[3] - 1) / 256 {
                for x in 0...(shape[4] - 1) / 256 {
                    let frame = try #require(pyramid.frame(zoom: zoom, x: x, y: y))
                    let picture = try RenderJob(image, frame, style).picture()
                    #expect(picture.width == min(256, shape[4] - 256 * x))
                    #expect(picture.height == min(256, shape[3] - 256 * y))
                    let part = (0..<picture.height).flatMap { row in
                        (0..<picture.width).map { expected[(256 * y + row) * shape[4] + 256 * x + $0] }
                    }
                    #expect(distance(picture, part) <= 2)
                }
            }
        }
        for (zoom, x, y) in [
            (-1, 0, 0), (3, 0, 0), (2, 3, 0), (2, 0, 2), (0, 1, 0), (2, -1, 0), (.max, 0, 0), (2, .max, .max),
        ] {
            #expect(pyramid.frame(zoom: zoom, x: x, y: y) == nil)
        }
    }

    @Test("a frame between levels is made of the finer one, by areas")
    func resampling() throws {
        let image = try image(.uint8, [1, 1, 1, 300, 520])
        let style = try style("color.0=FFFFFF&window.0=0:255", image)
        for (columns, rows, level) in [(260, 150, 1), (173, 100, 1), (400, 200, 0), (1040, 600, 0), (130, 30, 2)] {
            let frame = RenderFrame(x: 0, y: 0, width: 520, height: 300, columns: columns, rows: rows)
            let picture = try RenderJob(image, frame, style).picture()
            let full = try RenderJob(image, whole(image, level: level), style).picture()
            let expected = PictureResampler(
                columns: .init(start: 0, step: Double(full.width) / Double(columns), count: columns),
                rows: .init(start: 0, step: Double(full.height) / Double(rows), count: rows)
            ).resample(full)
            let pixels = expected.bytes.map { [$0, $0, $0] }
            #expect(distance(picture, pixels) <= 1, "\(columns) x \(rows)")
        }
    }

    @Test("neighbouring tiles of an enlarged image meet without a seam")
    func seams() throws {
        let image = try image(.uint8, [1, 1, 1, 40, 60])
        let style = try style("", image)
        let both = try RenderJob(
            image, RenderFrame(x: 8, y: 4, width: 40, height: 20, columns: 128, rows: 64), style
        ).picture()
        let halves = try [8.0, 28].map {
            try RenderJob(image, RenderFrame(x: $0, y: 4, width: 20, height: 20, columns: 64, rows: 64), style)
                .picture()
        }
        let samples = both.layout.bytesPerPixel
        for y in 0..<64 {
            let row = halves.flatMap { $0.bytes[y * 64 * samples..<(y + 1) * 64 * samples] }
            #expect(row == Array(both.bytes[y * 128 * samples..<(y + 1) * 128 * samples]))
        }
    }

    @Test("labels have the colours of their values, at every size, and are transparent where there is none")
    func labels() throws {
        let image = try image(.uint32, [1, 1, 1, 30, 41], isLabels: true)
        let style = try style("", image)
        let picture = try RenderJob(image, whole(image), style).picture()
        #expect(picture.layout == .rgba8)
        let values = try plane(image, style, channel: 0, level: 0)
        for (index, value) in values.enumerated() {
            #expect((picture.bytes[4 * index + 3] == 0) == (value == 0))
        }
        let colors = pixels(picture)
        #expect(colors.count > 90)
        let large = try RenderJob(
            image, RenderFrame(x: 0, y: 0, width: 41, height: 30, columns: 97, rows: 70), style
        ).picture()
        #expect(pixels(large).isSubset(of: colors))
        #expect(try RenderJob(image, whole(image), self.style("mode=gray", image)).picture().layout == .gray8)
    }

    /// The colours of a picture.
    private func pixels(_ picture: RenderedPicture) -> Set<[UInt8]> {
        Set(stride(from: 0, to: picture.bytes.count, by: 4).map { Array(picture.bytes[$0..<$0 + 4]) })
    }

    @Test("an image with an axis longer than places are exact, or with too many channels, is not shown")
    func absurdShapes() {
        for shape in [[1, 1, 1, 5, 1 << 50], [1, 1 << 17, 1, 5, 5], [1, 1, 1, .max / 4, 5]] {
            let source = MemoryImage(ImageDescription(axes: Self.axes, shape: shape, type: .uint8)) { _ in 0 }
            #expect(throws: ServiceError.self) {
                try ServedImage(source, id: "a", name: "a", version: "1", labels: [], cache: BlockCache(capacity: 1))
            }
        }
    }

    @Test("what would cost too much is refused before it is read")
    func limits() throws {
        let huge = MemoryImage(
            ImageDescription(
                axes: Self.axes, shape: [1, 12, 5000, 1 << 20, 1 << 20], type: .uint16,
                channels: (0..<12).map { _ in Channel(window: .init(min: 0, max: 1, start: 0, end: 1)) })
        ) { _ in 0 }
        let image = try ServedImage(
            huge, id: "a", name: "a", version: "1", labels: [], cache: BlockCache(capacity: 1 << 20))
        let side = Double(1 << 20)
        let frames = [
            RenderFrame(x: 0, y: 0, width: side, height: side, columns: 1 << 20, rows: 1 << 20),
            RenderFrame(x: 0, y: 0, width: side, height: side, columns: 16384, rows: 1),
            RenderFrame(x: 0, y: 0, width: side, height: side, columns: 4097, rows: 4096),
        ]
        let style = try style("channels=0", image)
        for frame in frames { #expect(throws: ServiceError.self) { try RenderJob(image, frame, style) } }
        let tile = RenderFrame(x: 0, y: 0, width: 256, height: 256, columns: 256, rows: 256)
        #expect(throws: ServiceError.self) { try RenderJob(image, tile, self.style("project=max", image)) }
        _ = try RenderJob(image, tile, self.style("project=max:0:99&channels=3", image))
    }
}
