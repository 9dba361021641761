#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The codec `bitround`: the mantissas of floats lose their last bits, so that what follows compresses better. What was
/// lost does not come back: decoding changes nothing.
///
/// - Source: zarr-extensions, `bitround`; numcodecs, `bitround`.
struct BitRoundCodec: ElementCodec {
    static let name = "bitround", nameInNumcodecs = "numcodecs.bitround"

    let encodedType: DataType
    private let keptBits: Int

    init(_ spec: CodecSpec, type: DataType) throws {
        encodedType = type
        keptBits = try spec.integer("keepbits", in: 0...64)
    }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: UnsafeMutableRawBufferPointer) {
        memcpy(encoded.orEmpty, pixels.orEmpty, pixels.count)
        switch encodedType {
        case .pixel(.float16): round(encoded, UInt16.self, mantissa: 10)
        case .pixel(.float32), .complex64: round(encoded, UInt32.self, mantissa: 23)
        case .pixel(.float64), .complex128: round(encoded, UInt64.self, mantissa: 52)
        // Rounding only serves compression, and of integers the specification leaves open how it is done.
        default: break
        }
    }

    /// To the nearest, ties to even; a carry out of the mantissa goes into the exponent, as it must.
    private func round<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ bytes: UnsafeMutableRawBufferPointer, _: Bits.Type, mantissa: Int
    ) {
        let lost = mantissa - keptBits
        guard lost > 0 else { return }
        let half = (1 as Bits) &<< Bits(lost - 1) &- 1, kept = Bits.max &<< Bits(lost)
        let infinity = Bits.max &>> 1 & Bits.max &<< Bits(mantissa)
        for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Bits>.size) {
            let value = bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)
            // Not a number stays what it is: a carry would make it one.
            guard value & infinity != infinity else { continue }
            let rounded = (value &+ (value &>> Bits(lost) & 1) &+ half) & kept
            bytes.storeBytes(of: rounded, toByteOffset: offset, as: Bits.self)
        }
    }

    func decode(_ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer) {
        memcpy(pixels.orEmpty, encoded.orEmpty, encoded.count)
    }
}
