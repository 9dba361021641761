/// The value of elements that were never written.
///
/// - Source: Zarr v3 core, "fill_value"; Zarr v2, "Fill value encoding".
public struct FillValue: Sendable, Hashable {
    /// One element in the byte order of the machine.
    public let bytes: [UInt8]
    /// The value as a zarr.json writes it: `false`, `0`, `0.0`, `"NaN"`, `"0x7fc00001"`, `[0.0, 1.0]`, `"text"`.
    public let json: JSONValue

    /// Zero, or false.
    public static func zero(_ type: DataType) -> FillValue {
        FillValue(bytes: [UInt8](repeating: 0, count: type.size), type: type)
    }

    /// The value of an element.
    ///
    /// - Parameter bytes: one element in the byte order of the machine.
    public init(bytes: [UInt8], type: DataType) {
        precondition(bytes.count == type.size, "a fill value is one element")
        self.bytes = bytes
        json = Self.json(of: bytes, type)
    }

    /// The value a metadata document gives.
    ///
    /// - Parameter format: v2 also allows null, numbers in quotes, and numbers with a fraction of zero for integers.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the type has no such value.
    public init(json: JSONValue, type: DataType, format: ZarrFormat = .v3) throws {
        guard let bytes = Self.bytes(of: json, type, lenient: format == .v2) else {
            throw ZarrError(.corrupt, "fill_value \(json.excerpt) is not a value of the type \(type)")
        }
        self.init(bytes: bytes, type: type)
    }

    /// The value as a document of a format writes it: v2 has raw bytes in Base64.
    func json(_ type: DataType, _ format: ZarrFormat) -> JSONValue {
        guard format == .v2, case .raw = type else { return json }
        return .string(Base64.encode(bytes))
    }

    /// True where every element is the fill value, bit for bit.
    ///
    /// - Parameter pixels: whole elements in the byte order of the machine.
    public func fills(_ pixels: UnsafeRawBufferPointer) -> Bool {
        RepeatedElement.fills(pixels, bytes)
    }
}

extension FillValue {
    private static func bytes(of json: JSONValue, _ type: DataType, lenient: Bool) -> [UInt8]? {
        if lenient, json.isNull { return [UInt8](repeating: 0, count: type.size) }
        switch type {
        case .pixel(let pixel): return bytes(of: json, pixel, lenient: lenient)
        case .complex64: return complex(json, .float32, lenient)
        case .complex128: return complex(json, .float64, lenient)
        case .raw(let count): return raw(json, count, lenient)
        case .text(let characters): return text(json, characters, lenient)
        }
    }

    private static func bytes(of json: JSONValue, _ type: PixelType, lenient: Bool) -> [UInt8]? {
        switch type {
        case .bool: return bool(json, lenient: lenient).map { [$0 ? 1 : 0] }
        case .int8: return integer(json, Int8.self, lenient)
        case .int16: return integer(json, Int16.self, lenient)
        case .int32: return integer(json, Int32.self, lenient)
        case .int64: return integer(json, Int64.self, lenient)
        case .uint8: return integer(json, UInt8.self, lenient)
        case .uint16: return integer(json, UInt16.self, lenient)
        case .uint32: return integer(json, UInt32.self, lenient)
        case .uint64: return integer(json, UInt64.self, lenient)
        case .float16: return hex(json, UInt16.self) ?? double(json, lenient).map { raw(HalfFloat.bits($0)) }
        case .float32: return hex(json, UInt32.self) ?? float(json, lenient).map { raw($0.bitPattern) }
        case .float64: return hex(json, UInt64.self) ?? double(json, lenient).map { raw($0.bitPattern) }
        }
    }

    private static func bool(_ json: JSONValue, lenient: Bool) -> Bool? {
        if let value = json.bool { return value }
        // v3 allows true and false alone, but zarrita wrote 0 and everybody reads it.
        switch json.double ?? (lenient ? json.string.flatMap(Double.init) : nil) {
        case 0: return false
        case 1: return true
        default: return nil
        }
    }

    private static func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ json: JSONValue, _: Value.Type, _ lenient: Bool
    ) -> [UInt8]? {
        if let value = json.number?.integer(as: Value.self) { return raw(value) }
        guard lenient else { return nil }
        if let value = json.bool { return raw(value ? 1 : 0 as Value) }
        if let value = json.string.flatMap({ Value($0) }) { return raw(value) }
        return (json.double ?? json.string.flatMap(Double.init)).flatMap { Value(exactly: $0) }.map { raw($0) }
    }

    private static func float(_ json: JSONValue, _ lenient: Bool) -> Float? {
        // Rounding the text once: by way of a double, a value next to a tie would be rounded twice.
        if let number = json.number { return Float(number.lexeme) }
        return double(json, lenient).map { Float($0) }
    }

    private static func double(_ json: JSONValue, _ lenient: Bool) -> Double? {
        switch json {
        case .number(let number): return number.double
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        case .string(let text): return lenient ? Double(text) : nil
        default: return nil
        }
    }

    /// "0x" and the bit pattern of a float in hexadecimal digits: the only way to write a NaN that is not the usual
    /// one.
    private static func hex<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ json: JSONValue, _: Bits.Type
    ) -> [UInt8]? {
        guard let text = json.string, text.hasPrefix("0x") else { return nil }
        let digits = text.dropFirst(2)
        guard digits.utf8.count == Bits.bitWidth / 4, digits.first != "+" else { return nil }
        return Bits(digits, radix: 16).map { raw($0) }
    }

    /// The real and the imaginary part; v2 also allows the real part alone.
    private static func complex(_ json: JSONValue, _ part: PixelType, _ lenient: Bool) -> [UInt8]? {
        if lenient, json.array == nil {
            return bytes(of: json, part, lenient: true).map { $0 + [UInt8](repeating: 0, count: part.size) }
        }
        guard let parts = json.array, parts.count == 2, let real = bytes(of: parts[0], part, lenient: lenient),
            let imaginary = bytes(of: parts[1], part, lenient: lenient)
        else { return nil }
        return real + imaginary
    }

    /// The bytes as numbers (v3) or in Base64 (v2, and zarr-python for its own types); missing ones are zero.
    private static func raw(_ json: JSONValue, _ count: Int, _ lenient: Bool) -> [UInt8]? {
        let bytes: [UInt8]?
        switch json {
        case .array(let numbers):
            bytes = numbers.compactMap { $0.number?.integer(as: UInt8.self) }
            guard bytes?.count == numbers.count, numbers.count == count else { return nil }
        case .string(let text): bytes = Base64.decode(text)
        default: bytes = lenient && json.int == 0 ? [] : nil
        }
        guard let bytes, bytes.count <= count else { return nil }
        return bytes + [UInt8](repeating: 0, count: count - bytes.count)
    }

    private static func text(_ json: JSONValue, _ characters: Int, _ lenient: Bool) -> [UInt8]? {
        if lenient, json.int == 0 { return [UInt8](repeating: 0, count: 4 * characters) }
        guard let scalars = json.string?.unicodeScalars, scalars.count <= characters else { return nil }
        return scalars.flatMap { raw($0.value) } + [UInt8](repeating: 0, count: 4 * (characters - scalars.count))
    }

    private static func raw<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }
}

extension FillValue {
    private static func json(of bytes: [UInt8], _ type: DataType) -> JSONValue {
        bytes.withUnsafeBytes { bytes in
            switch type {
            case .pixel(let pixel): return json(of: bytes, pixel)
            case .complex64, .complex128:
                let part: PixelType = type == .complex64 ? .float32 : .float64
                return .array(
                    [bytes.prefix(part.size), bytes.suffix(part.size)].map { json(of: .init(rebasing: $0), part) })
            case .raw: return .array(bytes.map { JSONValue(Int($0)) })
            case .text:
                var text = String.UnicodeScalarView()
                text.append(
                    contentsOf: stride(from: 0, to: bytes.count, by: 4).lazy
                        .map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self) }.prefix { $0 != 0 }
                        .map { Unicode.Scalar($0) ?? "\u{FFFD}" })
                return .string(String(text))
            }
        }
    }

    private static func json(of raw: UnsafeRawBufferPointer, _ type: PixelType) -> JSONValue {
        switch type {
        case .bool: .bool(raw[0] != 0)
        case .int8: JSONValue(raw.loadUnaligned(as: Int8.self))
        case .int16: JSONValue(raw.loadUnaligned(as: Int16.self))
        case .int32: JSONValue(raw.loadUnaligned(as: Int32.self))
        case .int64: JSONValue(raw.loadUnaligned(as: Int64.self))
        case .uint8: JSONValue(raw.loadUnaligned(as: UInt8.self))
        case .uint16: JSONValue(raw.loadUnaligned(as: UInt16.self))
        case .uint32: JSONValue(raw.loadUnaligned(as: UInt32.self))
        case .uint64: JSONValue(raw.loadUnaligned(as: UInt64.self))
        case .float16: json(HalfFloat.double(raw.loadUnaligned(as: UInt16.self)), raw, 0x7E00 as UInt16)
        case .float32:
            json(Double(raw.loadUnaligned(as: Float.self)), raw, 0x7FC0_0000 as UInt32, shortest: true)
        case .float64: json(raw.loadUnaligned(as: Double.self), raw, 0x7FF8_0000_0000_0000 as UInt64)
        }
    }

    /// - Parameter quietNaN: the bits that "NaN" stands for; any other NaN is written as its bits.
    private static func json<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ value: Double, _ raw: UnsafeRawBufferPointer, _ quietNaN: Bits, shortest: Bool = false
    ) -> JSONValue {
        let bits = raw.loadUnaligned(as: Bits.self)
        if value.isNaN && bits != quietNaN {
            let digits = String(bits, radix: 16)
            return .string("0x" + String(repeating: "0", count: Bits.bitWidth / 4 - digits.count) + digits)
        }
        // 0.1 as float32 reads "0.1", not "0.10000000149011612".
        if shortest, value.isFinite { return .number(JSONNumber(unchecked: Float(value).description)) }
        return JSONValue(value)
    }
}
