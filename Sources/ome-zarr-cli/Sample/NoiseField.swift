/// Smooth random hills: random numbers on a lattice, blended in between. The stuff of textures, tissue and clouds.
struct NoiseField: Sendable {
    private let seed: UInt64
    private let stream: CounterRandom.Stream
    private let spacingX, spacingY: Int

    /// - Parameter spacing: pixels from one lattice point to the next.
    init(seed: UInt64, _ stream: CounterRandom.Stream, spacing: Int) {
        self.init(seed: seed, stream, spacingX: spacing, spacingY: spacing)
    }

    init(seed: UInt64, _ stream: CounterRandom.Stream, spacingX: Int, spacingY: Int) {
        self.seed = seed
        self.stream = stream
        self.spacingX = max(1, spacingX)
        self.spacingY = max(1, spacingY)
    }

    /// Adds `weight * value` to every pixel; values lie between 0 and 1 and are near 0.5 on average.
    ///
    /// - Parameter depth: the place on a third lattice axis, in lattice steps: z or time.
    func add(to canvas: Canvas, weight: Float, depth: Float = 0) {
        guard canvas.count > 0 else { return }
        let firstColumn = canvas.x / spacingX, columns = (canvas.x + canvas.width - 1) / spacingX - firstColumn + 2
        var upper = [Float](repeating: 0, count: columns), lower = upper, nodes = upper
        var latticeRow = -1
        // The blend of a column is the same in every row.
        let blends = (0..<canvas.width).map { column -> (index: Int, blend: Float) in
            let x = canvas.x + column
            return (x / spacingX - firstColumn, Self.smooth(Float(x % spacingX) / Float(spacingX)))
        }
        for row in 0..<canvas.height {
            let y = canvas.y + row
            if y / spacingY != latticeRow {
                latticeRow = y / spacingY
                for i in 0..<columns {
                    upper[i] = value(firstColumn + i, latticeRow, depth)
                    lower[i] = value(firstColumn + i, latticeRow + 1, depth)
                }
            }
            let down = Self.smooth(Float(y % spacingY) / Float(spacingY))
            for i in 0..<columns { nodes[i] = upper[i] + (lower[i] - upper[i]) * down }
            // Safety: every index lies below `columns`, every column below the canvas' width.
            nodes.withUnsafeBufferPointer { nodes in
                blends.withUnsafeBufferPointer { blends in
                    let line = canvas.values + row &* canvas.width
                    for column in 0..<canvas.width {
                        let (index, blend) = blends[column]
                        let left = nodes[index]
                        line[column] += weight * (left + (nodes[index &+ 1] - left) * blend)
                    }
                }
            }
        }
    }

    /// The field's value at one place.
    func value(atX x: Float, y: Float, depth: Float = 0) -> Float {
        let u = max(0, x) / Float(spacingX), v = max(0, y) / Float(spacingY)
        let i = Int(u), j = Int(v)
        let across = Self.smooth(u - Float(i)), down = Self.smooth(v - Float(j))
        let top = value(i, j, depth) * (1 - across) + value(i + 1, j, depth) * across
        let bottom = value(i, j + 1, depth) * (1 - across) + value(i + 1, j + 1, depth) * across
        return top + (bottom - top) * down
    }

    private func value(_ x: Int, _ y: Int, _ depth: Float) -> Float {
        let layer = Int(depth.rounded(.down)), blend = Self.smooth(depth - Float(layer))
        let near = CounterRandom.unit(CounterRandom(seed: seed, stream, spacingX, spacingY, layer).key, x, y)
        if blend == 0 { return near }
        let far = CounterRandom.unit(CounterRandom(seed: seed, stream, spacingX, spacingY, layer + 1).key, x, y)
        return near + (far - near) * blend
    }

    @inline(__always)
    private static func smooth(_ t: Float) -> Float { t * t * (3 - 2 * t) }
}
