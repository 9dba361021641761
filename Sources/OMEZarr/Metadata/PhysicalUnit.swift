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
