import OMEZarr
import Testing
import Zarr

@Suite("Gamma, inversion and maps of colours")
struct ChannelToneTests {
    private static let values = (0...65535).map { UInt16($0) }

    private func render(_ layers: [ChannelRenderer.Layer]) throws -> (PNGEncoder.PixelLayout, [UInt8]) {
        let renderer = try ChannelRenderer(type: .uint16, layers: layers)
        let count = Self.values.count
        var buffer = PixelBuffer(
            shape: [1, count], type: .pixel(.uint16), bytes: Self.values.withUnsafeBytes { Array($0) })
        var picture = [UInt8](repeating: 0, count: count * renderer.layout.bytesPerPixel)
        try buffer.withPixels { view in
            let planes = layers.map { _ in view }
            try picture.withUnsafeMutableBytes { try renderer.render(planes, into: $0) }
        }
        return (renderer.layout, picture)
    }

    /// The definition: 4096 steps of the window, each raised to gamma and turned round.
    private func intensity(_ value: UInt16, _ layer: ChannelRenderer.Layer) -> Double {
        let share = (Double(value) - layer.window.start) / (layer.window.end - layer.window.start)
        let step = (min(max(share, 0), 1) * 4095).rounded(.toNearestOrEven) / 4095
        let bent = power(step, layer.gamma)
        return layer.isInverted ? 1 - bent : bent
    }

    /// Only powers that can be had without one.
    private func power(_ base: Double, _ gamma: Double) -> Double {
        switch gamma {
        case 0.5: base.squareRoot()
        case 2: base * base
        case 3: base * base * base
        default: base
        }
    }

    private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
    }

    @Test("every 16-bit value is bent by gamma as the definition says", arguments: [0.5, 2.0, 3.0], [false, true])
    func gamma(_ gamma: Double, _ isInverted: Bool) throws {
        for window in [(0.0, 65535.0), (1000, 3000), (0, 255)] {
            let layer = ChannelRenderer.Layer(
                window: .init(min: 0, max: 65535, start: window.0, end: window.1), color: .white, gamma: gamma,
                isInverted: isInverted)
            let (layout, picture) = try render([layer])
            #expect(layout == .gray8)
            // A value between two steps may fall into either; a step is most where the root is steepest, at 1 of 4095.
            let expected = Self.values.map { UInt8((intensity($0, layer) * 255).rounded()) }
            let steepest = Int(255 * power(1 / 4095.0, gamma)) + 1
            #expect(distance(picture, expected) <= steepest)
            #expect(zip(picture, expected).filter { $0 != $1 }.count < 700)
        }
    }

    @Test("inverted, black and full colour change places, step for step")
    func inversion() throws {
        var layer = ChannelRenderer.Layer(window: .init(min: 0, max: 4095, start: 0, end: 4095), color: .white)
        let (_, plain) = try render([layer])
        layer.isInverted = true
        let (_, inverted) = try render([layer])
        #expect(zip(plain, inverted).allSatisfy { $0 == ~$1 })
        layer.color = .init(red: 0, green: 100, blue: 255)
        let (layout, tinted) = try render([layer])
        #expect(layout == .rgb8 && Array(tinted.prefix(3)) == [0, 100, 255] && Array(tinted.suffix(3)) == [0, 0, 0])
    }

    @Test("a map gives the colours of its anchors and those between them", arguments: ColorMap.names)
    func maps(_ name: String) throws {
        let map = try #require(ColorMap(named: name))
        let layer = ChannelRenderer.Layer(
            window: .init(min: 0, max: 65535, start: 0, end: 65535), color: .white, map: map)
        let (layout, picture) = try render([layer])
        #expect(layout == (name == "gray" ? .gray8 : .rgb8))
        guard layout == .rgb8 else { return }
        let expected = Self.values.flatMap { value -> [UInt8] in
            let color = map.color(intensity(value, layer))
            return [color.red, color.green, color.blue]
        }
        #expect(distance(picture, expected) <= 1)
    }

    @Test("of names that are not there is no map")
    func unknownMaps() {
        for name in ["", "VIRIDIS", "viridis ", "../viridis", "a\0"] { #expect(ColorMap(named: name) == nil) }
        #expect(ColorMap.names.contains("viridis") && ColorMap.names == ColorMap.names.sorted())
    }

    @Test("viridis begins dark violet and ends yellow")
    func viridis() throws {
        let map = try #require(ColorMap(named: "viridis"))
        #expect(map.color(0).hexadecimal == "440154" && map.color(1).hexadecimal == "FDE725")
        #expect(map.color(.infinity).hexadecimal == "FDE725" && map.color(-3).hexadecimal == "440154")
    }

    @Test("layers that are all grey make a grey picture that stops at white")
    func grays() throws {
        let window = Channel.Window(min: 0, max: 65535, start: 0, end: 65535)
        let shares: [UInt8] = [76, 150, 29]
        let (layout, picture) = try render(
            shares.map { .init(window: window, color: .init(red: $0, green: $0, blue: $0)) })
        #expect(layout == .gray8 && picture.first == 0 && picture.last == 255)
        let twice = try render([.init(window: window, color: .white), .init(window: window, color: .white)])
        #expect(twice.0 == .gray8 && twice.1[40000] == 255)
    }
}
