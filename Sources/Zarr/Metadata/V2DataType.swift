/// The type strings of Zarr v2, which are those of NumPy: byte order, kind, size.
///
/// - Source: Zarr v2, "Data type encoding".
enum V2DataType {
    private static let kinds: [(name: String, type: PixelType)] = [
        ("b1", .bool), ("i1", .int8), ("i2", .int16), ("i4", .int32), ("i8", .int64), ("u1", .uint8), ("u2", .uint16),
        ("u4", .uint32), ("u8", .uint64), ("f2", .float16), ("f4", .float32), ("f8", .float64),
    ]

    /// The type and byte order of a string such as `<u2`.
    static func parse(_ json: JSONValue?) throws -> (PixelType, Endian) {
        let text = json?.string ?? ""
        guard let type = kinds.first(where: { $0.name == text.dropFirst() })?.type else {
            throw ZarrError(
                .unsupported,
                "dtype \(json?.excerpt ?? "missing") cannot be read: only bool, the integers and the floats "
                    + "of 16 to 64 bits can")
        }
        switch text.first {
        case "<": return (type, .little)
        case ">": return (type, .big)
        case "|" where type.size == 1: return (type, .little)
        default: throw ZarrError(.corrupt, "dtype \"\(text)\" must begin with \"<\" or \">\"")
        }
    }

    /// The string of a type; the byte order of single bytes is "|".
    static func name(_ type: PixelType, _ endian: Endian) -> String {
        let kind = kinds.first { $0.type == type }?.name ?? ""
        return (type.size == 1 ? "|" : endian == .little ? "<" : ">") + kind
    }
}
