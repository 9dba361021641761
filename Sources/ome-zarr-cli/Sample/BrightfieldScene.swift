import OMEZarr

/// Stained tissue on a slide, as a scanner photographs it: glands in connective tissue, haematoxylin and eosin.
struct BrightfieldScene: SampleScene {
    let size: SampleSize

    var description: ImageDescription {
        let (axes, shape) = size.axes(xy: 0.5, z: 1, seconds: 1, keepsChannels: true)
        return ImageDescription(name: "tissue", axes: axes, shape: shape, type: .uint8, isRGB: true)
    }

    func makePainter() -> any ScenePainter { BrightfieldPainter(size) }
}

/// Draws how much of each dye lies in a pixel, then what light they let through (the law of Beer and Lambert).
private final class BrightfieldPainter: ScenePainter {
    private let size: SampleSize
    private let glands: GlandField
    private let eosin = Canvas(), haematoxylin = Canvas(), clear = Canvas(), texture = Canvas(), cover = Canvas(),
        straight = Canvas()

    init(_ size: SampleSize) {
        self.size = size
        glands = GlandField(seed: size.seed)
    }

    func paint(_ tile: Tile, of plane: Plane, into pixels: UnsafeMutableRawBufferPointer) {
        for canvas in [eosin, haematoxylin, texture, cover] { canvas.move(to: tile) }
        clear.move(to: tile, filledWith: 1)
        paintCover()
        paintStroma()
        for gland in glands.glands(near: tile) { paint(gland) }
        expose(into: pixels)
    }

    /// Where on the slide there is tissue: one large piece with a wavy rim and a few gaps.
    private func paintCover() {
        NoiseField(seed: size.seed, .tissue, spacing: 700).add(to: cover, weight: 0.6)
        NoiseField(seed: size.seed, .tissue, spacing: 150).add(to: cover, weight: 0.28)
        NoiseField(seed: size.seed, .tissue, spacing: 24).add(to: cover, weight: 0.12)
        let halfWidth = Float(size.width) / 2, halfHeight = Float(size.height) / 2
        for row in 0..<cover.height {
            let v = (Float(row &+ cover.y) - halfHeight) / halfHeight
            for column in 0..<cover.width {
                let u = (Float(column &+ cover.x) - halfWidth) / halfWidth
                let rim = max(abs(u), abs(v)), index = row &* cover.width &+ column
                cover.values[index] = smoothStep(0.30, 0.335, cover.values[index] - 0.42 * rim * rim * rim + 0.16)
            }
        }
    }

    private func paintStroma() {
        // Fibres: long hills, folded so that ridges are thin, every column pushed up or down so that they wave.
        straight.move(
            to: Tile(x: texture.x, y: texture.y, width: texture.width, height: texture.height + GlandField.waveHeight))
        NoiseField(seed: size.seed, .fibres, spacingX: 90, spacingY: 11).add(to: straight, weight: 0.6)
        NoiseField(seed: size.seed, .fibres, spacingX: 28, spacingY: 5).add(to: straight, weight: 0.4)
        for column in 0..<texture.width {
            let wave = Int(glands.wave(Float(column &+ texture.x)))
            for row in 0..<texture.height {
                texture.values[row &* texture.width &+ column] =
                    straight.values[(row &+ wave) &* texture.width &+ column]
            }
        }
        for index in 0..<texture.count {
            let fold = abs(2 * texture.values[index] - 1)
            eosin.values[index] = 0.3 + 0.42 * (1 - min(1, fold * 2.6))
        }
        NoiseField(seed: size.seed, .stroma, spacing: 3).add(to: eosin, weight: 0.14)
        NoiseField(seed: size.seed, .stroma, spacing: 210).add(to: eosin, weight: 0.12)
        for nucleus in glands.stromaNuclei(near: texture) { paint(nucleus, strength: 0.85) }
    }

    private func paint(_ gland: GlandField.Gland) {
        let outline = gland.outline
        eosin.forEachPixel(near: (outline.x, outline.y), reach: outline.reach(level: 1.3)) { x, y, value in
            let level = outline.level(x, y, 0), index = value - eosin.values
            guard level < 1.25 else { return }
            // From outside in: a sheath of fibres, the cells, the hollow with what they shed into it.
            let cells = 1 - smoothStep(0.98, 1.03, level),
                hollow = 1 - smoothStep(gland.hollow * 0.86, gland.hollow, level)
            let grain = texture.values[index]
            let sheath = smoothStep(0.97, 1.05, level) * (1 - smoothStep(1.08, 1.25, level))
            value.pointee += 0.2 * sheath
            value.pointee += (0.34 + 0.26 * grain - value.pointee) * cells
            haematoxylin.values[index] *= 1 - cells
            haematoxylin.values[index] += (0.1 + 0.08 * grain) * cells
            clear.values[index] *= 1 - hollow * (0.93 - 0.3 * max(0, grain - 0.62))
        }
        for nucleus in gland.nuclei { paint(nucleus, strength: 1.15) }
    }

    private func paint(_ nucleus: GlandField.Nucleus, strength: Float) {
        let blob = nucleus.blob
        haematoxylin.forEachPixel(near: (blob.x, blob.y), reach: blob.reach()) { x, y, value in
            let level = blob.level(x, y, 0)
            guard level < 1.15 else { return }
            let index = value - haematoxylin.values
            let inside = 1 - smoothStep(0.8, 1.15, level), rim = smoothStep(0.45, 0.9, level)
            let speckle = CounterRandom.unit(nucleus.key, Int(x) / 2, Int(y) / 2)
            let amount = strength * nucleus.darkness * inside * (0.62 + 0.22 * rim + 0.3 * speckle)
            value.pointee = max(value.pointee, amount)
            // A nucleus is never hollow.
            clear.values[index] = max(clear.values[index], inside)
        }
    }

    private func expose(into pixels: UnsafeMutableRawBufferPointer) {
        let noise = CounterRandom(seed: size.seed, .shotNoise).key
        // Light each dye takes from red, green and blue (Ruifrok and Johnston 2001, rounded).
        let blue: SIMD3<Float> = [0.85, 0.92, 0.38], pink: SIMD3<Float> = [0.11, 1.06, 0.46]
        let slide: SIMD3<Float> = [244, 242, 246]
        for row in 0..<cover.height {
            for column in 0..<cover.width {
                let index = row &* cover.width &+ column
                let there = cover.values[index] * clear.values[index]
                let density = (blue * haematoxylin.values[index] + pink * eosin.values[index]) * there
                let grain = CounterRandom.gaussian(noise, column &+ cover.x, row &+ cover.y) * 1.3
                for sample in 0..<3 {
                    let value = slide[sample] * Self.transmission(density[sample]) + grain
                    pixels[index &* 3 &+ sample] = UInt8(min(max(value, 0), 255))
                }
            }
        }
    }

    /// e to the power of minus `density`, as the reciprocal of its series: the same on every machine.
    @inline(__always)
    private static func transmission(_ density: Float) -> Float {
        let d = density
        return 1 / (1 + d * (1 + d * (0.5 + d * (0.166_666_67 + d * (0.041_666_67 + d * 0.008_333_33)))))
    }
}
