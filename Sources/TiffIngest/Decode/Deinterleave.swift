/// Takes interleaved samples apart into planes.
enum Deinterleave {
    /// One row of 8-bit RGB into three rows that lie `planeStride` bytes apart.
    ///
    /// Equals `plane[s][i] = source[3 * i + s]`.
    ///
    /// Safety: `source` has `3 * count` bytes and each target row `count`.
    static func rgb8(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ planeStride: Int, _ count: Int
    ) {
        let s = source.assumingMemoryBound(to: UInt8.self)
        let red = target.assumingMemoryBound(to: UInt8.self)
        let green = red + planeStride, blue = green + planeStride
        for i in 0..<count {
            red[i] = s[3 &* i]
            green[i] = s[3 &* i &+ 1]
            blue[i] = s[3 &* i &+ 2]
        }
    }
}
