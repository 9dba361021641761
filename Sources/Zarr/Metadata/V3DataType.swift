/// The data types of Zarr v3 by name.
///
/// - Source: Zarr v3 core, "Data types"; zarr-extensions, `fixed_length_utf32`; zarr-python for the names
///   `null_terminated_bytes` and `raw_bytes`.
enum V3DataType {
    /// - Throws: ``ZarrError`` with code `.unsupported` naming a type that cannot be read.
    static func parse(_ json: JSONValue?) throws -> DataType {
        let named = try NamedConfiguration(json, what: "\"data_type\"")
        if let pixel = PixelType(rawValue: named.name) { return .pixel(pixel) }
        switch named.name {
        case "complex64": return .complex64
        case "complex128": return .complex128
        case "fixed_length_utf32": return .text(characters: try length(named, multipleOf: 4) / 4)
        case "null_terminated_bytes", "raw_bytes": return .raw(bytes: try length(named, multipleOf: 1))
        case let name: return .raw(bytes: try rawSize(name))
        }
    }

    static func json(_ type: DataType) -> JSONValue {
        guard case .text = type else { return .string(type.description) }
        return ["name": .string(type.description), "configuration": ["length_bytes": JSONValue(type.size)]]
    }

    /// The bytes of `r<bits>`.
    private static func rawSize(_ name: String) throws -> Int {
        guard name.hasPrefix("r"), let bits = Int(name.dropFirst()) else {
            throw ZarrError(
                .unsupported,
                "data type \"\(name)\" cannot be read: bool, the integers, the floats of 16 to 64 bits, complex64, "
                    + "complex128, r8, r16 ... and fixed_length_utf32 can")
        }
        guard bits > 0, bits % 8 == 0, bits / 8 <= DataType.largestSize else {
            throw ZarrError(.corrupt, "data type \"\(name)\" must have whole bytes, at most \(DataType.largestSize)")
        }
        return bits / 8
    }

    private static func length(_ named: NamedConfiguration, multipleOf unit: Int) throws -> Int {
        guard let bytes = named.configuration["length_bytes"]?.int, 1...DataType.largestSize ~= bytes,
            bytes % unit == 0
        else {
            throw ZarrError(
                .corrupt,
                "the \"length_bytes\" of \(named.name) must be a multiple of \(unit) from \(unit) to "
                    + "\(DataType.largestSize), not \(named.configuration["length_bytes"]?.excerpt ?? "missing")")
        }
        return bytes
    }
}
