/// A lobed ellipsoid: the shape of a nucleus or a cell.
///
/// Inside, ``level(_:_:_:)`` is below 1. The lobes are the harmonic polynomials of order 3 and 4, so that no
/// trigonometry is needed and the centre stays smooth.
struct Blob: Sendable {
    /// The centre, in pixels of the plane and planes.
    var x, y, z: Float
    /// Half axes in pixels (`a` along the direction, `b` across) and planes (`c`).
    var a, b, c: Float
    /// Direction of the long axis.
    var cosine, sine: Float
    /// Strength of the lobes; below 0.15 for a plausible outline.
    var lobe3: (Float, Float) = (0, 0)
    var lobe4: (Float, Float) = (0, 0)

    /// How far out a point lies: 0 at the centre, 1 on the outline, then growing with the square of the distance.
    @inline(__always)
    func level(_ px: Float, _ py: Float, _ pz: Float) -> Float {
        let dx = px - x, dy = py - y, w = (pz - z) / c
        let p = (dx * cosine + dy * sine) / a, q = (dy * cosine - dx * sine) / b
        let pp = p * p, qq = q * q, flat = pp + qq
        // Farther out the polynomials would win over the square they perturb.
        guard flat < 2.25 else { return flat + w * w }
        let third = lobe3.0 * p * (pp - 3 * qq) + lobe3.1 * q * (3 * pp - qq)
        let fourth = lobe4.0 * (pp * pp - 6 * pp * qq + qq * qq) + lobe4.1 * 4 * p * q * (pp - qq)
        return flat + third + fourth + w * w
    }

    /// No point farther than this from the centre in the plane has a level below `level`.
    func reach(level: Float = 1) -> Float { max(a, b) * (level < 1.5 ? 1.35 : 1) * level.squareRoot() + 1 }
}

/// 0 below `low`, 1 above `high`, smooth in between.
@inline(__always)
func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
    let t = min(max((value - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
}
