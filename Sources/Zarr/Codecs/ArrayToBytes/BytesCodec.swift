#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The order of the bytes of one element.
enum Endian: String, Sendable {
    case little, big

    static let machine: Endian = 1.littleEndian == 1 ? .little : .big
}

/// The codec `bytes`: the elements one after the other, in C order, in one byte order.
///
/// - Source: Zarr v3 codecs, `bytes` v1.0.
struct BytesCodec: ArrayToBytesCodec {
    static let name = "bytes"

    let endian: Endian
    private let componentSize: Int
    private let size: Int

    /// - Parameter byteCount: of the pixels of a chunk.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the byte order is missing for elements of several bytes.
    init(_ spec: CodecSpec, type: DataType, byteCount: Int = 0) throws {
        componentSize = type.componentSize
        size = byteCount
        switch spec.configuration["endian"] {
        case let json?:
            guard let endian = json.string.flatMap(Endian.init) else {
                throw ZarrError(.corrupt, "the \"endian\" of bytes must be \"little\" or \"big\", not \(json.excerpt)")
            }
            self.endian = endian
        case nil:
            guard componentSize == 1 else {
                throw ZarrError(.corrupt, "the codec bytes needs an \"endian\" for the type \(type)")
            }
            endian = .little
        }
    }

    static func spec(_ type: DataType, _ endian: Endian) -> CodecSpec {
        type.componentSize == 1 ? CodecSpec(name) : CodecSpec(name, ["endian": .string(endian.rawValue)])
    }

    var encodedSize: Int? { size }
    var largestEncodedSize: Int { size }
    var isVerbatim: Bool { componentSize == 1 || endian == .machine }
    var worksInPlace: Bool { true }

    func encode(_ pixels: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        let start = encoded.count
        encoded.append(pixels)
        if !isVerbatim { ByteSwap.run(encoded.base + start, pixels.count, componentSize) }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws {
        guard encoded.count == pixels.count else {
            throw ZarrError(.corrupt, "\(pixels.count) bytes of pixels were expected, but there are \(encoded.count)")
        }
        guard let source = encoded.baseAddress, let target = pixels.baseAddress else { return }
        if source != UnsafeRawPointer(target) { memcpy(target, source, pixels.count) }
        if !isVerbatim { ByteSwap.run(target, pixels.count, componentSize) }
    }
}
