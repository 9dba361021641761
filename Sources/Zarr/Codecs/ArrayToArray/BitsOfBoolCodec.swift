/// The filter `packbits` of numcodecs: a byte that says how many bits are padding, then eight truth values a byte, the
/// first in the highest bit. The codec `packbits` of v3 is another: ``PackBitsCodec``.
///
/// - Source: numcodecs, `packbits`.
struct BitsOfBoolCodec: ElementCodec {
    static let name = "numcodecs.packbits"

    /// - Throws: ``ZarrError`` with code `.corrupt` where the elements are not `bool`.
    init(_ spec: CodecSpec, type: DataType) throws {
        guard type == .bool else { throw ZarrError(.corrupt, "\(spec.name) packs elements of bool, not of \(type)") }
    }

    var encodedType: DataType { .uint8 }

    func encoded(shape: [Int]) -> [Int] { [1 + (shape.reduce(1, *) + 7) / 8] }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: UnsafeMutableRawBufferPointer) {
        encoded[0] = Self.padding(pixels.count)
        for byte in 1..<encoded.count {
            var bits: UInt8 = 0
            let first = (byte - 1) * 8
            for bit in 0..<min(8, pixels.count - first) where pixels[first + bit] != 0 { bits |= 0x80 >> UInt8(bit) }
            encoded[byte] = bits
        }
    }

    func decode(_ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer) throws {
        guard encoded[0] == Self.padding(pixels.count) else {
            throw ZarrError(
                .corrupt,
                "packbits says that \(encoded[0]) bits are padding, where \(Self.padding(pixels.count)) must be")
        }
        for i in pixels.indices { pixels[i] = encoded[1 + i >> 3] >> UInt8(7 - i & 7) & 1 }
    }

    private static func padding(_ count: Int) -> UInt8 { UInt8((8 - count % 8) % 8) }
}
