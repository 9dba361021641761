/// The many ways files write units, and the UDUNITS names OME-Zarr wants.
enum Units {
    private static let lengths: [String: String] = [
        "um": "micrometer", "µm": "micrometer", "μm": "micrometer", "micron": "micrometer", "microns": "micrometer",
        "micrometer": "micrometer", "micrometre": "micrometer", "micrometers": "micrometer", "µ": "micrometer",
        "nm": "nanometer", "nanometer": "nanometer", "nanometre": "nanometer", "pm": "picometer",
        "picometer": "picometer", "fm": "femtometer", "\u{C5}": "angstrom", "angstrom": "angstrom",
        "mm": "millimeter", "millimeter": "millimeter", "millimetre": "millimeter", "cm": "centimeter",
        "centimeter": "centimeter", "centimetre": "centimeter", "dm": "decimeter", "m": "meter", "meter": "meter",
        "metre": "meter", "km": "kilometer", "in": "inch", "inch": "inch", "inches": "inch", "ft": "foot",
        "yd": "yard", "mi": "mile",
    ]
    private static let times: [String: String] = [
        "s": "second", "sec": "second", "second": "second", "seconds": "second", "ms": "millisecond",
        "msec": "millisecond", "millisecond": "millisecond", "µs": "microsecond", "μs": "microsecond",
        "us": "microsecond", "microsecond": "microsecond", "ns": "nanosecond", "nanosecond": "nanosecond",
        "min": "minute", "minute": "minute", "minutes": "minute", "h": "hour", "hour": "hour", "hours": "hour",
        "d": "day", "day": "day", "days": "day",
    ]

    /// The name of a unit of length; nil for pixels and for what nobody knows.
    static func length(_ text: String) -> String? { lengths[text] ?? lengths[text.lowercased()] }

    /// The name of a unit of time; nil for what nobody knows.
    static func time(_ text: String) -> String? { times[text] ?? times[text.lowercased()] }
}
