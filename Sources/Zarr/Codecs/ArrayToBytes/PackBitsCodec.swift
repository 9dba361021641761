/// The codec `packbits`: of each number some bits, one after the other, the lowest first. The filter of v2 with this
/// name is another: ``BitsOfBoolCodec``.
///
/// - Source: zarr-extensions, `packbits`, which leaves the order of bits in a byte open; zarrs and tensorstore fill the
///   lowest bit first.
struct PackBitsCodec: ArrayToBytesCodec {
    static let name = "packbits"

    private enum Padding {
        case none, firstByte, lastByte
    }

    /// The type of the numbers an element consists of.
    private let number: PixelType
    private let count: Int
    private let padding: Padding
    private let firstBit: Int
    private let bitCount: Int

    /// - Parameter byteCount: of the pixels of a chunk.
    /// - Throws: ``ZarrError`` with code `.unsupported` where the elements are no numbers, `.corrupt` where the
    ///   configuration breaks the specification.
    init(_ spec: CodecSpec, type: DataType, byteCount: Int) throws {
        number =
            switch type {
            case .pixel(let type): type
            case .complex64: .float32
            case .complex128: .float64
            case .raw, .text: throw ZarrError(.unsupported, "packbits packs numbers and bool, not the type \(type)")
            }
        count = byteCount / number.size
        switch spec.configuration["padding_encoding"] ?? .null {
        case .null, "none": padding = .none
        // The schema of the specification and its text disagree.
        case "first_byte", "start_byte": padding = .firstByte
        case "last_byte", "end_byte": padding = .lastByte
        case let other:
            throw ZarrError(
                .corrupt,
                "the \"padding_encoding\" of packbits must be \"none\", \"first_byte\" or \"last_byte\", not "
                    + other.excerpt)
        }
        let width = number == .bool ? 1 : 8 * number.size
        firstBit = try spec.integer("first_bit", in: 0...width - 1, standard: 0)
        bitCount = try spec.integer("last_bit", in: firstBit...width - 1, standard: width - 1) - firstBit + 1
    }

    private var paddedSize: Int { count / 8 * bitCount + (count % 8 * bitCount + 7) / 8 }
    private var paddingBits: UInt8 { UInt8((8 - count % 8 * bitCount % 8) % 8) }

    var encodedSize: Int? { largestEncodedSize }
    var largestEncodedSize: Int { paddedSize + (padding == .none ? 0 : 1) }
    var isVerbatim: Bool { false }
    var worksInPlace: Bool { false }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let start = encoded.count
        encoded.append(count: largestEncodedSize)
        var target = encoded.base + start
        switch padding {
        case .none: break
        case .firstByte:
            target.storeBytes(of: paddingBits, as: UInt8.self)
            target += 1
        case .lastByte: target.storeBytes(of: paddingBits, toByteOffset: paddedSize, as: UInt8.self)
        }
        // Safety: the block just grew by as many bytes as the numbers take.
        switch number.size {
        case 1: pack(pixels.orEmpty, UInt8.self, into: target)
        case 2: pack(pixels.orEmpty, UInt16.self, into: target)
        case 4: pack(pixels.orEmpty, UInt32.self, into: target)
        default: pack(pixels.orEmpty, UInt64.self, into: target)
        }
    }

    private func pack<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ source: UnsafeRawPointer, _: Bits.Type, into target: UnsafeMutableRawPointer
    ) {
        let mask = UInt64.max &>> UInt64(64 - bitCount)
        var held: UInt128 = 0, heldCount = 0, written = 0
        for i in 0..<count {
            let bits = UInt64(source.loadUnaligned(fromByteOffset: i &* MemoryLayout<Bits>.size, as: Bits.self))
            held |= UInt128(bits &>> UInt64(firstBit) & mask) &<< UInt128(heldCount)
            heldCount &+= bitCount
            while heldCount >= 8 {
                target.storeBytes(of: UInt8(truncatingIfNeeded: held), toByteOffset: written, as: UInt8.self)
                written &+= 1
                held &>>= 8
                heldCount &-= 8
            }
        }
        if heldCount > 0 {
            target.storeBytes(of: UInt8(truncatingIfNeeded: held), toByteOffset: written, as: UInt8.self)
        }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws {
        guard encoded.count == largestEncodedSize else {
            throw ZarrError(
                .corrupt,
                "\(largestEncodedSize) bytes of packed bits were expected, but there are \(encoded.count)")
        }
        if padding != .none {
            let stored = encoded[padding == .firstByte ? 0 : paddedSize]
            guard stored == paddingBits else {
                throw ZarrError(
                    .corrupt, "packbits says that \(stored) bits are padding, where \(paddingBits) must be")
            }
        }
        let source = encoded.orEmpty + (padding == .firstByte ? 1 : 0)
        switch number.size {
        case 1: unpack(source, UInt8.self, into: pixels.orEmpty)
        case 2: unpack(source, UInt16.self, into: pixels.orEmpty)
        case 4: unpack(source, UInt32.self, into: pixels.orEmpty)
        default: unpack(source, UInt64.self, into: pixels.orEmpty)
        }
    }

    /// Bits that were not stored are zero, or those of the sign.
    private func unpack<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ source: UnsafeRawPointer, _: Bits.Type, into target: UnsafeMutableRawPointer
    ) {
        let mask = UInt64.max &>> UInt64(64 - bitCount)
        let sign = number.isSigned ? (1 as UInt64) &<< UInt64(bitCount - 1) : 0
        var held: UInt128 = 0, heldCount = 0, read = 0
        for i in 0..<count {
            while heldCount < bitCount {
                let byte = source.loadUnaligned(fromByteOffset: read, as: UInt8.self)
                held |= UInt128(byte) &<< UInt128(heldCount)
                read &+= 1
                heldCount &+= 8
            }
            var bits = UInt64(truncatingIfNeeded: held) & mask
            held &>>= UInt128(bitCount)
            heldCount &-= bitCount
            if bits & sign != 0 { bits |= ~mask }
            target.storeBytes(
                of: Bits(truncatingIfNeeded: bits &<< UInt64(firstBit)), toByteOffset: i &* MemoryLayout<Bits>.size,
                as: Bits.self)
        }
    }
}
