/// Where the cells of the fluorescence sample lie and what they look like: shared by the image and its label mask.
///
/// Cells sit near the points of a hexagonal lattice; everything about one follows from its lattice coordinates.
struct CellCulture: Sendable {
    private let seed: UInt64
    private let planes: Int
    private let sitesAcross: Int

    /// Pixels between neighbours: 27 micrometres.
    static let spacing: Float = 84
    /// A cell never reaches farther than this from its lattice point.
    private static let reach: Float = 190

    /// One cell.
    struct Cell: Sendable {
        /// Its number in the label mask, from 1.
        var label: UInt32
        var nucleus, body: Blob
        /// Amount of DNA: near 1 or 2, more where it is packed for division.
        var dna: Float
        /// How strongly the cell makes the green protein; most make little.
        var expression: Float
        var nucleoli: [(x: Float, y: Float, radius: Float)]
        var site: (Int, Int)
    }

    init(_ size: SampleSize) {
        seed = size.seed
        planes = size.planes
        sitesAcross = Int(Float(size.width) / Self.spacing) + 9
    }

    /// The cells that may touch a tile, in the same order for every tile.
    func cells(near tile: Tile, time: Int) -> [Cell] {
        let rowHeight = Self.spacing * 0.866
        let left = Int(((Float(tile.x) - Self.reach) / Self.spacing).rounded(.down)) - 1
        let right = Int(((Float(tile.x + tile.width) + Self.reach) / Self.spacing).rounded(.up))
        let top = Int(((Float(tile.y) - Self.reach) / rowHeight).rounded(.down))
        let bottom = Int(((Float(tile.y + tile.height) + Self.reach) / rowHeight).rounded(.up))
        return (top...bottom).flatMap { j in (left...right).compactMap { i in cell(i, j, time: time) } }
    }

    private func cell(_ i: Int, _ j: Int, time: Int) -> Cell? {
        guard i >= -4, j >= -4 else { return nil }
        var random = CounterRandom(seed: seed, .cell, i, j)
        let siteX = (Float(i) + (j & 1 == 0 ? 0.25 : 0.75)) * Self.spacing
        let siteY = (Float(j) + 0.5) * Self.spacing * 0.866
        // Cells cluster: the chance of one follows slow hills, some 500 pixels wide.
        let hills = NoiseField(seed: seed, .density, spacing: 520).value(atX: siteX + 400, y: siteY + 400)
        guard random.uniform() < 0.18 + 1.25 * smoothStep(0.22, 0.62, hills) else { return nil }
        let drift = motion(i, j, time)
        let x = siteX + random.between(-0.25, 0.25) * Self.spacing + drift.x
        let y = siteY + random.between(-0.25, 0.25) * Self.spacing + drift.y
        let z = Float(planes - 1) / 2 + (planes > 1 ? random.between(-1.5, 1.5) : 0)
        let way = random.direction()
        let divides = random.uniform() < 0.03, doubled = random.uniform() < 0.3
        let size = random.between(16.5, 21.5) * (doubled ? 1.12 : 1)
        var nucleus = Blob(
            x: x, y: y, z: z, a: size, b: size * random.between(0.68, 0.94), c: 4.5, cosine: way.cosine,
            sine: way.sine)
        nucleus.lobe3 = (random.between(-0.09, 0.09), random.between(-0.09, 0.09))
        nucleus.lobe4 = (random.between(-0.04, 0.04), random.between(-0.04, 0.04))
        if divides { (nucleus.a, nucleus.b) = (17, 6.5) }
        var body = Blob(
            x: x + random.between(-7, 7), y: y + random.between(-7, 7), z: z - 0.5, a: random.between(42, 62),
            b: random.between(34, 46), c: 6, cosine: way.cosine, sine: way.sine)
        body.lobe3 = (random.between(-0.15, 0.15), random.between(-0.15, 0.15))
        body.lobe4 = (random.between(-0.1, 0.1), random.between(-0.1, 0.1))
        let draw = random.uniform()
        let nucleoli = (0..<Int(random.between(1, 4.5))).map { _ in
            (
                x: x + random.between(-0.5, 0.5) * nucleus.b, y: y + random.between(-0.5, 0.5) * nucleus.b,
                radius: random.between(2.2, 4.6)
            )
        }
        return Cell(
            label: UInt32(truncatingIfNeeded: (j + 4) * (sitesAcross + 8) + i + 5), nucleus: nucleus, body: body,
            dna: divides ? 2.6 : (doubled ? 1.5 : 1) * random.between(0.72, 1.1),
            expression: 0.16 + 1.2 * draw * draw * draw, nucleoli: divides ? [] : nucleoli, site: (i, j))
    }

    /// Cells crawl around their lattice point: a slow random walk that never leaves.
    private func motion(_ i: Int, _ j: Int, _ time: Int) -> (x: Float, y: Float) {
        guard time > 0 else { return (0, 0) }
        func walk(_ axis: Int, _ t: Int) -> Float {
            let step = t / 6, rest = Float(t % 6) / 6
            var near = CounterRandom(seed: seed, .motion, i, j, step * 2 + axis)
            var far = CounterRandom(seed: seed, .motion, i, j, step * 2 + 2 + axis)
            let a = near.uniform()
            return a + (far.uniform() - a) * smoothStep(0, 1, rest)
        }
        return ((walk(0, time) - walk(0, 0)) * 24, (walk(1, time) - walk(1, 0)) * 24)
    }
}
