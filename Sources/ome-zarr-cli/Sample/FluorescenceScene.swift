import OMEZarr

/// A culture of cells under a fluorescence microscope: nuclei in DAPI, bodies in GFP, spots in TRITC.
struct FluorescenceScene: SampleScene {
    let size: SampleSize

    var description: ImageDescription {
        let (axes, shape) = size.axes(xy: 0.325, z: 1, seconds: 300, keepsChannels: true)
        let channels = [
            Channel(
                name: "DAPI", color: .init(red: 64, green: 96, blue: 255), emissionWavelength: 461,
                excitationWavelength: 358),
            Channel(
                name: "GFP", color: .init(red: 0, green: 255, blue: 64), emissionWavelength: 509,
                excitationWavelength: 488),
            Channel(
                name: "TRITC", color: .init(red: 255, green: 64, blue: 0), emissionWavelength: 576,
                excitationWavelength: 557),
        ]
        return ImageDescription(
            name: "cells", axes: axes, shape: shape, type: .uint16, channels: Array(channels.prefix(size.channels)))
    }

    func makePainter() -> any ScenePainter { FluorescencePainter(size) }
}

private final class FluorescencePainter: ScenePainter {
    private let size: SampleSize
    private let culture: CellCulture
    private let light = Canvas()
    private let texture = Canvas()
    private let layer = Canvas()

    init(_ size: SampleSize) {
        self.size = size
        culture = CellCulture(size)
    }

    func paint(_ tile: Tile, of plane: Plane, into pixels: UnsafeMutableRawBufferPointer) {
        let cells = culture.cells(near: tile, time: plane.t)
        light.move(to: tile)
        switch plane.c {
        case 0: paintNuclei(cells, tile, plane)
        case 1: paintBodies(cells, tile, plane)
        default: paintSpots(cells, tile, plane)
        }
        // Dyes bleach: a tenth of the light is gone after 16 exposures.
        let bleached = 1 / (1 + Float(plane.t) * 0.007)
        let gain: Float = [9_000, 7_500, 6_000][min(plane.c, 2)] * bleached
        Camera(size, plane).expose(light, gain: gain, into: pixels)
    }

    private func paintNuclei(_ cells: [CellCulture.Cell], _ tile: Tile, _ plane: Plane) {
        texture.move(to: tile)
        NoiseField(seed: size.seed, .chromatin, spacing: 4).add(to: texture, weight: 0.45)
        NoiseField(seed: size.seed, .chromatin, spacing: 9).add(to: texture, weight: 0.55)
        let z = Float(plane.z)
        for cell in cells {
            let nucleus = cell.nucleus
            // Out of focus the outline blurs.
            let blur = 0.14 + 0.05 * abs(z - nucleus.z)
            light.forEachPixel(near: (nucleus.x, nucleus.y), reach: nucleus.reach(level: 7)) { x, y, value in
                let level = nucleus.level(x, y, z)
                if level < 6 {
                    let haze = 1 - level / 6
                    value.pointee += 0.03 * cell.dna * haze * haze
                }
                guard level < 1 + blur else { return }
                let inside = 1 - smoothStep(1 - blur, 1 + blur, level)
                let grain = texture.values[value - light.values]
                var amount = cell.dna * (0.2 + 0.17 * (1 - min(level, 1))) * (0.55 + 0.9 * grain)
                for nucleolus in cell.nucleoli {
                    let dx = x - nucleolus.x, dy = y - nucleolus.y
                    let hole = 1 - smoothStep(0.35, 1.2, (dx * dx + dy * dy) / (nucleolus.radius * nucleolus.radius))
                    amount *= 1 - 0.5 * hole
                }
                value.pointee = max(value.pointee, inside * amount + 0.03 * cell.dna)
            }
        }
    }

    private func paintBodies(_ cells: [CellCulture.Cell], _ tile: Tile, _ plane: Plane) {
        texture.move(to: tile)
        // Long thin hills in two directions look like a mesh of fibres.
        NoiseField(seed: size.seed, .fibres, spacingX: 26, spacingY: 5).add(to: texture, weight: 0.2)
        NoiseField(seed: size.seed, .fibres, spacingX: 5, spacingY: 22).add(to: texture, weight: 0.2)
        NoiseField(seed: size.seed, .fibres, spacing: 3).add(to: texture, weight: 0.28)
        NoiseField(seed: size.seed, .fibres, spacing: 8).add(to: texture, weight: 0.32)
        let z = Float(plane.z)
        for cell in cells {
            let body = cell.body, nucleus = cell.nucleus
            light.forEachPixel(near: (body.x, body.y), reach: body.reach()) { x, y, value in
                let level = body.level(x, y, z)
                guard level < 1 else { return }
                let grain = texture.values[value - light.values]
                let rim = smoothStep(0.7, 0.93, level) * (1 - smoothStep(0.93, 1, level))
                let sheet = (1 - smoothStep(0.72, 1, level)) * (0.55 + 0.45 * (1 - level))
                let shade = 1 - 0.55 * (1 - smoothStep(0.75, 1.15, nucleus.level(x, y, z)))
                let amount = cell.expression * (sheet * (0.35 + 1.1 * grain * grain) + 0.16 * rim) * shade
                value.pointee = max(value.pointee, amount)
            }
        }
    }

    private func paintSpots(_ cells: [CellCulture.Cell], _ tile: Tile, _ plane: Plane) {
        let z = Float(plane.z)
        for cell in cells {
            let body = cell.body
            light.forEachPixel(near: (body.x, body.y), reach: body.reach()) { x, y, value in
                let level = body.level(x, y, z)
                if level < 1 { value.pointee = max(value.pointee, 0.05 * (1 - level)) }
            }
            var random = CounterRandom(seed: size.seed, .spots, cell.site.0, cell.site.1)
            for _ in 0..<Int(random.between(3, 46) * min(1, 0.3 + cell.expression)) {
                // Spots crowd around the nucleus, where the membranes are.
                let way = random.direction(), away = random.between(0.5, 1)
                let centre = (
                    x: cell.nucleus.x + way.cosine * cell.nucleus.a * (0.75 + 1.5 * away * away - 0.35),
                    y: cell.nucleus.y + way.sine * cell.nucleus.a * (0.75 + 1.5 * away * away - 0.35)
                )
                let radius = random.between(2.2, 4.2), strength = random.between(0.12, 0.75)
                let depth = (z - body.z - random.between(-2, 2) * (size.planes > 1 ? 1 : 0)) / 2
                paintSpot(centre, radius * (1 + 0.3 * abs(depth)), strength / (1 + depth * depth))
            }
        }
    }

    /// A bell of compact support: near the Airy disc, without an exponential.
    private func paintSpot(_ centre: (x: Float, y: Float), _ radius: Float, _ strength: Float) {
        let scale = 1 / (radius * radius)
        light.forEachPixel(near: centre, reach: radius) { x, y, value in
            let dx = x - centre.x, dy = y - centre.y, bell = max(0, 1 - (dx * dx + dy * dy) * scale)
            value.pointee += strength * bell * bell * bell
        }
    }
}

/// A mask that names the nuclei of the fluorescence sample of the same size and seed: 0 is background.
struct LabelScene: SampleScene {
    let size: SampleSize

    var description: ImageDescription {
        let (axes, shape) = size.axes(xy: 0.325, z: 1, seconds: 300, keepsChannels: false)
        return ImageDescription(name: "nuclei", axes: axes, shape: shape, type: .uint32, isLabels: true)
    }

    func makePainter() -> any ScenePainter { LabelPainter(size) }
}

private final class LabelPainter: ScenePainter {
    private let culture: CellCulture
    private let nearest = Canvas()

    init(_ size: SampleSize) { culture = CellCulture(size) }

    func paint(_ tile: Tile, of plane: Plane, into pixels: UnsafeMutableRawBufferPointer) {
        nearest.move(to: tile, filledWith: 1)
        let labels = pixels.bindMemory(to: UInt32.self)
        labels.update(repeating: 0)
        for cell in culture.cells(near: tile, time: plane.t) {
            let nucleus = cell.nucleus
            nearest.forEachPixel(near: (nucleus.x, nucleus.y), reach: nucleus.reach()) { x, y, level in
                // Where nuclei overlap, a pixel belongs to the one it lies deeper in.
                let own = nucleus.level(x, y, Float(plane.z))
                guard own < level.pointee else { return }
                level.pointee = own
                labels[level - nearest.values] = cell.label
            }
        }
    }
}
