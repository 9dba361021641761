/// A scientific camera: uneven light, an offset, shot noise and read noise.
struct Camera {
    private let size: SampleSize
    private let noise: UInt64

    init(_ size: SampleSize, _ plane: Plane) {
        self.size = size
        noise = CounterRandom(seed: size.seed, .shotNoise, plane.t, plane.c, plane.z).key
    }

    /// Turns light into counts.
    ///
    /// - Parameters:
    ///   - gain: counts that a light of 1 gives in the middle of the field.
    ///   - pixels: 16-bit counts, as many as the canvas has pixels.
    func expose(_ light: Canvas, gain: Float, into pixels: UnsafeMutableRawBufferPointer) {
        let counts = pixels.bindMemory(to: UInt16.self)
        precondition(counts.count == light.count, "the tile and its pixels differ in size")
        let middleX = Float(size.width) / 2, middleY = Float(size.height) / 2
        let scale = 1 / (middleX * middleX + middleY * middleY)
        for row in 0..<light.height {
            let y = row &+ light.y, dy = Float(y) - middleY * 0.94
            for column in 0..<light.width {
                let x = column &+ light.x, dx = Float(x) - middleX * 1.08
                // Tiles reach over the frame of a small image: there the light must not fall below zero.
                let illumination = max(0.1, 1 - 0.3 * (dx * dx + dy * dy) * scale)
                let index = row &* light.width &+ column
                let electrons = (light.values[index] * gain + 90) * illumination
                // Shot noise grows with the root of the signal; 2.1 counts an electron, 5 counts of read noise.
                let spread = (electrons * 2.1 + 25).squareRoot()
                let value = 104 + electrons + spread * CounterRandom.gaussian(noise, x, y)
                counts[index] = UInt16(min(max(value, 0), 65_535))
            }
        }
    }
}
