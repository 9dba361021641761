/// The filter `fixedscaleoffset` of numcodecs: `round((x - offset) * scale)` in another type, which is usually smaller.
///
/// - Source: numcodecs, `fixedscaleoffset`.
struct FixedScaleOffsetCodec: ElementCodec {
    static let name = "numcodecs.fixedscaleoffset"

    private let decodedNumber: PixelType
    private let encodedNumber: PixelType
    private let offset: Double
    private let scale: Double

    /// - Throws: ``ZarrError`` with code `.corrupt` where the numbers are missing or the types do not fit the array's.
    init(_ spec: CodecSpec, type: DataType) throws {
        (decodedNumber, encodedNumber) = try spec.elementTypes(of: type)
        guard let offset = spec.configuration["offset"]?.double, let scale = spec.configuration["scale"]?.double,
            offset.isFinite, scale.isFinite, scale != 0
        else {
            throw ZarrError(.corrupt, "\(spec.name) needs a number \"offset\" and a number \"scale\" that is not 0")
        }
        self.offset = offset
        self.scale = scale
    }

    var encodedType: DataType { .pixel(encodedNumber) }

    // As NumPy does with an offset or scale that is no integer: in the type of the elements where they are floats, and in
    // double where they are integers.
    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: UnsafeMutableRawBufferPointer) {
        let type = decodedNumber, offset = type.rounded(offset), scale = type.rounded(scale)
        NumberStrips.doubles(pixels, decodedNumber, into: encoded, encodedNumber) { value in
            type.rounded(type.rounded(value - offset) * scale).rounded(.toNearestOrEven)
        }
    }

    func decode(_ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer) {
        let type = encodedNumber, offset = type.rounded(offset), scale = type.rounded(scale)
        NumberStrips.doubles(encoded, encodedNumber, into: pixels, decodedNumber) { value in
            type.rounded(type.rounded(value / scale) + offset)
        }
    }
}
