/// Where the glands and nuclei of the brightfield sample lie: near the points of lattices, like everything in samples.
struct GlandField: Sendable {
    let seed: UInt64

    /// Pixels between neighbouring glands.
    private static let spacing: Float = 270
    /// Pixels between neighbouring nuclei of the connective tissue.
    private static let stromaSpacing: Float = 25

    /// No fibre is pushed farther than this, in pixels.
    static let waveHeight = 256

    /// How far the fibres of a column are pushed up, in pixels.
    func wave(_ x: Float) -> Float {
        let broad = NoiseField(seed: seed, .fibres, spacing: 310).value(atX: x, y: 0)
        let narrow = NoiseField(seed: seed, .fibres, spacing: 110).value(atX: x, y: 0)
        return 205 * broad + 48 * narrow
    }

    /// One nucleus.
    struct Nucleus: Sendable {
        var blob: Blob
        var darkness: Float
        /// For the speckle of its chromatin.
        var key: UInt64
    }

    /// One gland: a ring of cells around a hollow, cut across.
    struct Gland: Sendable {
        var outline: Blob
        /// The level of the outline below which the gland is hollow.
        var hollow: Float
        var nuclei: [Nucleus]
    }

    /// The glands that may touch a tile, in the same order for every tile.
    func glands(near tile: Tile) -> [Gland] {
        sites(near: tile, spacing: Self.spacing, reach: 330).compactMap(gland)
    }

    /// The spindle-shaped nuclei between the glands that may touch a canvas.
    func stromaNuclei(near canvas: Canvas) -> [Nucleus] {
        let tile = Tile(x: canvas.x, y: canvas.y, width: canvas.width, height: canvas.height)
        return sites(near: tile, spacing: Self.stromaSpacing, reach: 40).compactMap(stromaNucleus)
    }

    private func sites(near tile: Tile, spacing: Float, reach: Float) -> [(Int, Int)] {
        let left = Int(((Float(tile.x) - reach) / spacing).rounded(.down))
        let right = Int(((Float(tile.x + tile.width) + reach) / spacing).rounded(.up))
        let top = Int(((Float(tile.y) - reach) / spacing).rounded(.down))
        let bottom = Int(((Float(tile.y + tile.height) + reach) / spacing).rounded(.up))
        return (top...bottom).flatMap { j in (left...right).map { i in (i, j) } }
    }

    private func gland(_ i: Int, _ j: Int) -> Gland? {
        var random = CounterRandom(seed: seed, .gland, i, j)
        guard random.uniform() < 0.8 else { return nil }
        let x = (Float(i) + (j & 1 == 0 ? 0.25 : 0.75) + random.between(-0.16, 0.16)) * Self.spacing
        let y = (Float(j) + 0.5 + random.between(-0.16, 0.16)) * Self.spacing
        let way = random.direction(), a = random.between(88, 132), b = a * random.between(0.62, 0.95)
        var outline = Blob(x: x, y: y, z: 0, a: a, b: b, c: 1, cosine: way.cosine, sine: way.sine)
        outline.lobe3 = (random.between(-0.1, 0.1), random.between(-0.1, 0.1))
        outline.lobe4 = (random.between(-0.07, 0.07), random.between(-0.07, 0.07))
        let wall = random.between(38, 50) / b
        let hollow = (1 - wall) * (1 - wall)
        return Gland(outline: outline, hollow: hollow, nuclei: ring(of: outline, &random))
    }

    /// The nuclei of a gland's cells stand side by side near its outline, their long axes pointing inwards.
    private func ring(of outline: Blob, _ random: inout CounterRandom) -> [Nucleus] {
        var nuclei = [Nucleus]()
        let count = Int((outline.a + outline.b) * 3.1416 / 11.5)
        for step in 0..<count {
            let turn = Self.turn((Float(step) + random.between(-0.25, 0.25)) / Float(count))
            let level = 0.83 + random.between(-0.05, 0.05), key = UInt64(random.uniform() * 0x1p24) &+ 1
            let p = turn.cosine * outline.a, q = turn.sine * outline.b
            let dx = p * outline.cosine - q * outline.sine, dy = p * outline.sine + q * outline.cosine
            // Along the way out, the outline's lobes decide where its level is reached: three steps of regula falsi.
            var out = level
            for _ in 0..<3 {
                let there = outline.level(outline.x + dx * out, outline.y + dy * out, 0)
                out *= (level * level / max(there, 0.1)).squareRoot()
            }
            let length = (dx * dx + dy * dy).squareRoot()
            let blob = Blob(
                x: outline.x + dx * out, y: outline.y + dy * out, z: 0, a: random.between(7.5, 10.5),
                b: random.between(4.2, 5.6), c: 1, cosine: dx / length, sine: dy / length)
            nuclei.append(Nucleus(blob: blob, darkness: random.between(0.75, 1.1), key: key &* 0x9e37_79b9))
        }
        return nuclei
    }

    private func stromaNucleus(_ i: Int, _ j: Int) -> Nucleus? {
        var random = CounterRandom(seed: seed, .stroma, i, j)
        guard random.uniform() < 0.42 else { return nil }
        let x = (Float(i) + random.uniform()) * Self.stromaSpacing,
            y = (Float(j) + random.uniform()) * Self.stromaSpacing
        let tilt = (wave(x - 4) - wave(x + 4)) / 8 + random.between(-0.25, 0.25),
            length = (1 + tilt * tilt).squareRoot()
        // A few are round: lymphocytes.
        let isRound = random.uniform() < 0.25
        let a = isRound ? random.between(4.8, 5.8) : random.between(8, 13)
        let b = isRound ? a * 0.92 : random.between(2.2, 3.6)
        let blob = Blob(x: x, y: y, z: 0, a: a, b: b, c: 1, cosine: 1 / length, sine: tilt / length)
        return Nucleus(
            blob: blob, darkness: isRound ? random.between(1, 1.25) : random.between(0.65, 1),
            key: UInt64(random.uniform() * 0x1p24) &* 0x9e37_79b9)
    }

    /// Cosine and sine of a part of a full turn, from a polynomial: the same on every machine, good to 0.001.
    private static func turn(_ part: Float) -> (cosine: Float, sine: Float) {
        func sine(_ part: Float) -> Float {
            var t = part - part.rounded(.down)
            let sign: Float = t < 0.5 ? 1 : -1
            if t >= 0.5 { t -= 0.5 }
            // Bhaskara I: 16 u (1 - u) / (5 - 4 u (1 - u)) over a half turn u.
            let u = 2 * t, bow = u * (1 - u)
            return sign * 16 * bow / (5 - 4 * bow)
        }
        return (sine(part + 0.25), sine(part))
    }
}
