/// The filter `delta` of numcodecs: the first element, then the difference of each to the one before. Integers wrap.
///
/// - Source: numcodecs, `delta`.
struct DeltaCodec: ElementCodec {
    static let name = "numcodecs.delta"

    private let decodedNumber: PixelType
    private let encodedNumber: PixelType

    /// - Throws: ``ZarrError`` with code `.corrupt` where the types are none or do not fit the array's.
    init(_ spec: CodecSpec, type: DataType) throws {
        (decodedNumber, encodedNumber) = try spec.elementTypes(of: type)
    }

    var encodedType: DataType { .pixel(encodedNumber) }

    /// Differences of integers are exact in 64 bits that wrap, whatever the type; those of floats are rounded to it.
    private var isExact: Bool { !decodedNumber.isFloat && !encodedNumber.isFloat }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: UnsafeMutableRawBufferPointer) {
        if isExact {
            var before: Int64 = 0
            NumberStrips.integers(pixels, decodedNumber, into: encoded, encodedNumber) { value in
                defer { before = value }
                return value &- before
            }
        } else {
            var before = 0.0
            NumberStrips.doubles(pixels, decodedNumber, into: encoded, encodedNumber) { value in
                defer { before = value }
                return decodedNumber.rounded(value - before)
            }
        }
    }

    func decode(_ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer) {
        if isExact {
            var sum: Int64 = 0
            NumberStrips.integers(encoded, encodedNumber, into: pixels, decodedNumber) { value in
                sum &+= value
                return sum
            }
        } else {
            var sum = 0.0
            NumberStrips.doubles(encoded, encodedNumber, into: pixels, decodedNumber) { value in
                sum = decodedNumber.rounded(sum + value)
                return sum
            }
        }
    }
}

extension CodecSpec {
    /// The `dtype` and `astype` of a filter: the types of the array's elements and of the encoded ones. On arrays the
    /// byte order a type may name means nothing.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where they are no types of numbers, or elements have another size.
    func elementTypes(of type: DataType) throws -> (decoded: PixelType, encoded: PixelType) {
        func number(_ name: String) throws -> PixelType? {
            guard let json = configuration[name], !json.isNull else { return nil }
            if let text = json.string, let type = PixelType(rawValue: text) ?? V2DataType.number(text) { return type }
            throw ZarrError(.corrupt, "the \"\(name)\" of \(self.name) must be a type of numbers, not \(json.excerpt)")
        }
        guard let decoded = try number("dtype") ?? type.pixel, decoded.size == type.size else {
            throw ZarrError(
                .corrupt,
                "the \"dtype\" of \(name), \(configuration["dtype"]?.excerpt ?? "missing"), does not fit elements of "
                    + "the type \(type)")
        }
        return (decoded, try number("astype") ?? decoded)
    }
}
