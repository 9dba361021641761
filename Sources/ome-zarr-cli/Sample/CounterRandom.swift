/// Random numbers that depend only on a seed and on what they are for, never on the order in which they are asked for.
///
/// So that any tile of a sample can be drawn on its own and equals, on every machine, the same tile of the whole.
/// The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
struct CounterRandom: Sendable {
    private var state: UInt64
    private var counter: UInt64 = 0

    init(seed: UInt64, _ stream: Stream, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
        var state = Self.mix(seed &+ UInt64(stream.rawValue) &* 0x9e37_79b9_7f4a_7c15)
        for value in [a, b, c] { state = Self.mix(state ^ UInt64(bitPattern: Int64(value)) &* 0xd1b5_4a32_d192_ed03) }
        self.state = state
    }

    /// What numbers are drawn for; each has its own sequence.
    enum Stream: Int {
        case cell, spots, motion, density, chromatin, fibres, shotNoise, envelope, lumen, tissue, gland, stroma, stripes
    }

    /// The next number from 0 up to, not including, 1.
    mutating func uniform() -> Float {
        counter &+= 1
        return Self.unit(Self.mix(state &+ counter &* 0x9e37_79b9_7f4a_7c15))
    }

    /// The next number between two bounds.
    mutating func between(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// The next direction, as cosine and sine. Uses a square root only: sin and cos differ between C libraries.
    mutating func direction() -> (cosine: Float, sine: Float) {
        let x = between(-1, 1), y = between(-1, 1), length = (x * x + y * y).squareRoot()
        return length < 0.01 ? (1, 0) : (x / length, y / length)
    }

    /// The number of a lattice point, from 0 up to 1.
    @inline(__always)
    static func unit(_ key: UInt64, _ x: Int, _ y: Int) -> Float {
        unit(
            mix(
                key &+ UInt64(truncatingIfNeeded: x) &* 0xa076_1d64_78bd_642f ^ UInt64(truncatingIfNeeded: y)
                    &* 0xe703_7ed1_a0b4_28db))
    }

    /// Noise of a pixel with mean 0 and variance 1: four uniform numbers added, near enough to a Gaussian.
    @inline(__always)
    static func gaussian(_ key: UInt64, _ x: Int, _ y: Int) -> Float {
        let bits = mix(key &+ UInt64(truncatingIfNeeded: y) &<< 32 &+ UInt64(truncatingIfNeeded: x))
        let sum = (bits & 0xffff) &+ (bits &>> 16 & 0xffff) &+ (bits &>> 32 & 0xffff) &+ (bits &>> 48)
        return Float(Int32(truncatingIfNeeded: sum) &- 131_070) * (1 / 37_837)
    }

    /// A key for ``unit(_:_:_:)`` and ``gaussian(_:_:_:)``.
    var key: UInt64 { state }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z &>> 31)
    }

    @inline(__always)
    private static func unit(_ bits: UInt64) -> Float { Float(Int32(truncatingIfNeeded: bits &>> 40)) * 0x1p-24 }
}
