/// The type strings of Zarr v2, which are those of NumPy: byte order, kind, size.
///
/// - Source: Zarr v2, "Data type encoding".
enum V2DataType {
    private static let kinds: [(name: String, type: DataType)] = [
        ("b1", .bool), ("i1", .int8), ("i2", .int16), ("i4", .int32), ("i8", .int64), ("u1", .uint8), ("u2", .uint16),
        ("u4", .uint32), ("u8", .uint64), ("f2", .float16), ("f4", .float32), ("f8", .float64), ("c8", .complex64),
        ("c16", .complex128),
    ]

    /// The type and byte order of a string such as `<u2`.
    static func parse(_ json: JSONValue?) throws -> (DataType, Endian) {
        let text = json?.string ?? ""
        guard let type = type(text.dropFirst()) else {
            throw ZarrError(
                .unsupported,
                "dtype \(json?.excerpt ?? "missing") cannot be read: bool, the integers, the floats of 16 to 64 bits, "
                    + "c8, c16 and the strings of fixed size S, U and V can")
        }
        switch text.first {
        case "<": return (type, .little)
        case ">": return (type, .big)
        case "|" where type.componentSize == 1: return (type, .little)
        default: throw ZarrError(.corrupt, "dtype \"\(text)\" must begin with \"<\" or \">\"")
        }
    }

    /// The type of numbers a string such as `<u2` or `u2` names.
    static func number(_ text: String) -> PixelType? {
        type(text.first.map { "<>|=".contains($0) } == true ? text.dropFirst() : text[...])?.pixel
    }

    private static func type(_ kind: Substring) -> DataType? {
        if let known = kinds.first(where: { $0.name == kind })?.type { return known }
        guard let count = Int(kind.dropFirst()), 1...DataType.largestSize / 4 ~= count else { return nil }
        switch kind.first {
        case "S", "V": return .raw(bytes: count)
        case "U": return .text(characters: count)
        default: return nil
        }
    }

    /// The string of a type; the byte order of single bytes is "|".
    static func name(_ type: DataType, _ endian: Endian) -> String {
        let kind =
            switch type {
            case .raw(let bytes): "V\(bytes)"
            case .text(let characters): "U\(characters)"
            case .pixel, .complex64, .complex128: kinds.first { $0.type == type }?.name ?? ""
            }
        return (type.componentSize == 1 ? "|" : endian == .little ? "<" : ">") + kind
    }
}

extension DataType {
    /// NumPy's name of the type in the byte order of the machine, such as `<u2` or `|V7`.
    public var numPyName: String { V2DataType.name(self, .machine) }
}
