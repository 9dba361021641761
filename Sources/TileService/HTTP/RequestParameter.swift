/// The names of all parameters that queries have here; others mean nothing, so that viewers may add their own.
///
/// Nothing reads a parameter but by a name from here, or by that of an axis: so the OpenAPI document can be held against
/// this list, and a test does.
enum RequestParameter: String, Sendable, CaseIterable {
    // Of pictures.
    case z, t, project, channels, mode, quality, format, pad, size, v
    // Of pictures, once for each channel, as in `window.3`.
    case window, color, lut, gamma, invert
    // Of histograms and regions.
    case channel, level, exact, bins, range
    // Of OMERO's addresses.
    case c, m, p, maps, q, flip, region, tile, theZ, theT
    // Of everything.
    case token

    /// As it stands in a query.
    ///
    /// - Parameter channel: nil where the parameter is not one of a channel.
    func name(_ channel: Int?) -> String { channel.map { "\(rawValue).\($0)" } ?? rawValue }
}
