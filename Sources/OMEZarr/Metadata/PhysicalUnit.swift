/// The units OME-Zarr knows, and their symbols in OME-XML.
///
/// - Source: OME-Zarr 0.4 and 0.5, "axes" metadata (UDUNITS names); OME-XML 2016-06, `UnitsLength` and `UnitsTime`.
package enum PhysicalUnit {
    /// The OME-XML symbol of a length by its UDUNITS name.
    package static let lengthSymbols: [String: String] = [
        "angstrom": "\u{C5}", "attometer": "am", "centimeter": "cm", "decimeter": "dm", "exameter": "Em",
        "femtometer": "fm", "foot": "ft", "gigameter": "Gm", "hectometer": "hm", "inch": "in", "kilometer": "km",
        "megameter": "Mm", "meter": "m", "micrometer": "\u{B5}m", "mile": "mi", "millimeter": "mm", "nanometer": "nm",
        "parsec": "pc", "petameter": "Pm", "picometer": "pm", "terameter": "Tm", "yard": "yd", "yoctometer": "ym",
        "yottameter": "Ym", "zeptometer": "zm", "zettameter": "Zm",
    ]

    /// The OME-XML symbol of a time by its UDUNITS name.
    package static let timeSymbols: [String: String] = [
        "attosecond": "as", "centisecond": "cs", "day": "d", "decisecond": "ds", "exasecond": "Es",
        "femtosecond": "fs", "gigasecond": "Gs", "hectosecond": "hs", "hour": "h", "kilosecond": "ks",
        "megasecond": "Ms", "microsecond": "\u{B5}s", "millisecond": "ms", "minute": "min", "nanosecond": "ns",
        "petasecond": "Ps", "picosecond": "ps", "second": "s", "terasecond": "Ts", "yoctosecond": "ys",
        "yottasecond": "Ys", "zeptosecond": "zs", "zettasecond": "Zs",
    ]

    /// How many metres a length is, by its UDUNITS name.
    ///
    /// - Source: the SI brochure (9th edition) for prefixes and the angstrom; the international foot of 1959; IAU 2015
    ///   resolution B2 for the parsec.
    private static let lengths: [String: Double] = [
        "angstrom": 1e-10, "attometer": 1e-18, "centimeter": 1e-2, "decimeter": 1e-1, "exameter": 1e18,
        "femtometer": 1e-15, "foot": 0.3048, "gigameter": 1e9, "hectometer": 1e2, "inch": 0.0254, "kilometer": 1e3,
        "megameter": 1e6, "meter": 1, "micrometer": 1e-6, "mile": 1609.344, "millimeter": 1e-3, "nanometer": 1e-9,
        "parsec": 3.085_677_581_491_367_3e16, "petameter": 1e15, "picometer": 1e-12, "terameter": 1e12, "yard": 0.9144,
        "yoctometer": 1e-24, "yottameter": 1e24, "zeptometer": 1e-21, "zettameter": 1e21,
    ]

    /// How many metres a unit of length is, given by its name or symbol; nil for others.
    package static func meters(_ text: String) -> Double? { name(text).flatMap { lengths[$0] } }

    /// The UDUNITS name of a unit given by its name or symbol, also where "u" stands for micro; nil for others.
    package static func name(_ text: String) -> String? {
        // The sign for micro, and the Greek letter that looks like it.
        let symbol =
            text.hasPrefix("\u{3BC}") || (text.hasPrefix("u") && text.count == 2) ? "\u{B5}" + text.dropFirst() : text
        for symbols in [lengthSymbols, timeSymbols] {
            if symbols[text] != nil { return text }
            if let name = symbols.first(where: { $0.value == symbol })?.key { return name }
        }
        return nil
    }
}
