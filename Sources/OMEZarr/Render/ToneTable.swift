#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The colours of one channel's intensities where they are more than a tint: bent by a gamma, or those of a map.
///
/// 4096 steps, so that a gamma of 0.4 spreads dark pixels without steps one could see, and a table stays in the cache.
struct ToneTable: Sendable {
    /// The largest index.
    static let peak = 4095
    private static let count = peak + 1

    /// Red of all steps, then green, then blue.
    let components: [UInt8]
    /// True where all colours are grey.
    let isGray: Bool

    /// The table of a layer; nil where intensities and a tint do.
    init?(_ layer: ChannelRenderer.Layer, color: Channel.Color) {
        guard layer.gamma != 1 || layer.map != nil else { return nil }
        var components = [UInt8](repeating: 0, count: 3 * Self.count)
        for step in 0...Self.peak {
            var intensity = pow(Double(step) / Double(Self.peak), layer.gamma)
            if layer.isInverted { intensity = 1 - intensity }
            let shown =
                layer.map?.color(intensity)
                ?? Channel.Color(
                    red: Self.tint(color.red, intensity), green: Self.tint(color.green, intensity),
                    blue: Self.tint(color.blue, intensity))
            components[step] = shown.red
            components[Self.count + step] = shown.green
            components[2 * Self.count + step] = shown.blue
        }
        self.components = components
        isGray =
            components[..<Self.count] == components[Self.count..<2 * Self.count]
            && components[..<Self.count] == components[(2 * Self.count)...]
    }

    private static func tint(_ component: UInt8, _ intensity: Double) -> UInt8 {
        UInt8((Double(component) * intensity).rounded())
    }

    /// Adds the component of each step to a sum, which stops at 255.
    ///
    /// Safety: `steps` and `sum` have `count` elements; no step is beyond the peak.
    func add(_ component: Int, of steps: UnsafePointer<UInt16>, to sum: UnsafeMutablePointer<UInt8>, _ count: Int) {
        components.withUnsafeBufferPointer { buffer in
            let table = buffer.baseAddress! + component &* Self.count
            for i in 0..<count { sum[i] = sum[i] &+ min(table[Int(steps[i])], ~sum[i]) }
        }
    }
}
