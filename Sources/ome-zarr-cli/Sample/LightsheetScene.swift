import OMEZarr

/// An organoid under a light-sheet microscope: a hollow ball of nuclei, blurred along z and dimmed with depth.
///
/// Voxels are 2 micrometres deep and 0.5 wide, as such microscopes make them.
struct LightsheetScene: SampleScene {
    let size: SampleSize
    static let anisotropy: Float = 4

    var description: ImageDescription {
        let (axes, shape) = size.axes(xy: 0.5, z: 2, seconds: 120, keepsChannels: size.channels > 1)
        let names = [
            ("H2B-mCherry", Channel.Color(red: 255, green: 80, blue: 40)),
            ("Lifeact-GFP", .init(red: 40, green: 255, blue: 120)),
        ]
        return ImageDescription(
            name: "organoid", axes: axes, shape: shape, type: .uint16,
            channels: names.prefix(size.channels).map { Channel(name: $0.0, color: $0.1) })
    }

    func makePainter() -> any ScenePainter { LightsheetPainter(size) }
}

private final class LightsheetPainter: ScenePainter {
    private let size: SampleSize
    private let light = Canvas()
    private let texture = Canvas()
    /// Pixels between neighbouring nuclei: 11 micrometres.
    private let spacing: Float = 22

    init(_ size: SampleSize) { self.size = size }

    func paint(_ tile: Tile, of plane: Plane, into pixels: UnsafeMutableRawBufferPointer) {
        light.move(to: tile)
        texture.move(to: tile)
        NoiseField(seed: size.seed, .chromatin, spacing: 5).add(to: texture, weight: 1, depth: Float(plane.z) * 0.8)
        let cells = sites(near: tile, plane)
        if plane.c == 0 { paintNuclei(cells, plane) } else { paintMembranes(cells, plane) }
        paintStripes(tile, plane)
        // Light is lost on its way through the tissue.
        let depth = Float(plane.z) / Float(max(1, size.planes))
        let gain: Float = (plane.c == 0 ? 5_200 : 4_200) / (1 + 0.9 * depth * depth)
        Camera(size, plane).expose(light, gain: gain, into: pixels)
    }

    private struct Site {
        var blob: Blob
        var brightness: Float
    }

    private func sites(near tile: Tile, _ plane: Plane) -> [Site] {
        let reach = spacing * 1.6, zSpacing = spacing / LightsheetScene.anisotropy
        func range(_ low: Float, _ high: Float, _ step: Float) -> ClosedRange<Int> {
            Int((low / step).rounded(.down)) - 1...Int((high / step).rounded(.up))
        }
        let rows = range(Float(tile.y) - reach, Float(tile.y + tile.height) + reach, spacing)
        let columns = range(Float(tile.x) - reach, Float(tile.x + tile.width) + reach, spacing)
        let layers = range(Float(plane.z) - 2 * zSpacing, Float(plane.z) + 2 * zSpacing, zSpacing)
        var found = [Site]()
        for k in layers {
            for j in rows { for i in columns { site(i, j, k, zSpacing, plane.t).map { found.append($0) } } }
        }
        return found
    }

    private func site(_ i: Int, _ j: Int, _ k: Int, _ zSpacing: Float, _ time: Int) -> Site? {
        var random = CounterRandom(seed: size.seed, .cell, i, j, k)
        // Layers and rows are staggered, as spheres pack.
        let x = (Float(i) + (k &+ j & 1 == 0 ? 0.25 : 0.75) + random.between(-0.42, 0.42)) * spacing
        let y = (Float(j) + (k & 1 == 0 ? 0.2 : 0.7) + random.between(-0.42, 0.42)) * spacing
        let z = (Float(k) + 0.5 + random.between(-0.3, 0.3)) * zSpacing
        let inside = tissue(x, y, z, time)
        guard inside > 0, random.uniform() < 0.6 + 3 * inside else { return nil }
        let way = random.direction(), long = random.between(8.5, 11.5)
        var blob = Blob(
            x: x, y: y, z: z, a: long, b: long * random.between(0.65, 0.9),
            c: long * 0.85 / LightsheetScene.anisotropy * 1.15, cosine: way.cosine, sine: way.sine)
        blob.lobe3 = (random.between(-0.1, 0.1), random.between(-0.1, 0.1))
        // A dividing cell packs its chromosomes: small and bright.
        let divides = random.uniform() < 0.04
        if divides { (blob.a, blob.b) = (7.5, 4) }
        return Site(blob: blob, brightness: divides ? 2.1 : random.between(0.45, 1.15))
    }

    /// Above zero inside the wall of the organoid: a lumpy ellipsoid with hollows.
    private func tissue(_ x: Float, _ y: Float, _ z: Float, _ time: Int) -> Float {
        let u = (x / Float(size.width) - 0.5) / 0.45, v = (y / Float(size.height) - 0.5) / 0.43
        let w = (z / Float(size.planes) - 0.5) / 0.52
        let broad = max(48, min(size.width, size.height) / 4)
        let depth = z * LightsheetScene.anisotropy / Float(broad)
        let lumps = NoiseField(seed: size.seed, .envelope, spacing: broad).value(
            atX: x, y: y, depth: depth + Float(time) * 0.05)
        let hollows = NoiseField(seed: size.seed, .lumen, spacing: broad * 3 / 4).value(atX: x, y: y, depth: depth)
        let outer = 1.05 - (u * u + v * v + w * w) - 0.55 * (1 - lumps)
        return min(outer, (0.6 - hollows) * 1.4 + 0.25 * (u * u + v * v))
    }

    private func paintNuclei(_ cells: [Site], _ plane: Plane) {
        let z = Float(plane.z)
        for cell in cells {
            let blob = cell.blob
            light.forEachPixel(near: (blob.x, blob.y), reach: blob.reach(level: 2)) { x, y, value in
                let level = blob.level(x, y, z)
                guard level < 1.9 else { return }
                let haze = max(0, 1 - level / 1.9)
                let inside = 1 - smoothStep(0.6, 1.25, level)
                let grain = texture.values[value - light.values]
                let amount = cell.brightness * (inside * (0.38 + 0.5 * grain) + 0.1 * haze * haze)
                value.pointee = max(value.pointee, amount)
            }
        }
    }

    private func paintMembranes(_ cells: [Site], _ plane: Plane) {
        let z = Float(plane.z)
        for cell in cells {
            var blob = cell.blob
            (blob.a, blob.b, blob.c) = (13.5, 12.5, 13.5 / LightsheetScene.anisotropy)
            light.forEachPixel(near: (blob.x, blob.y), reach: blob.reach()) { x, y, value in
                let level = blob.level(x, y, z)
                guard level < 1.2 else { return }
                let rim = smoothStep(0.55, 0.85, level) * (1 - smoothStep(0.9, 1.2, level))
                value.pointee = max(value.pointee, 0.08 + 0.5 * rim * (0.6 + 0.4 * cell.brightness))
            }
        }
    }

    /// Shadows that dense spots cast along the sheet of light.
    private func paintStripes(_ tile: Tile, _ plane: Plane) {
        let key = CounterRandom(seed: size.seed, .stripes, plane.z).key
        for row in 0..<light.height {
            let stripe = 1 - 0.1 * CounterRandom.unit(key, (row &+ light.y) / 3, 0)
            for column in 0..<light.width { light.values[row &* light.width &+ column] *= stripe }
        }
    }
}
