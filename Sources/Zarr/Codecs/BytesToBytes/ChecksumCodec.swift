import CDeflate

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The codec `crc32c` of Zarr v3, and `crc32`, `adler32` and `fletcher32` of numcodecs: the bytes, and before or behind
/// them their checksum in four bytes, little-endian.
///
/// - Source: Zarr v3 codecs, `crc32c` v1.0; numcodecs, `checksum32` and `fletcher32`; RFC 3720 (CRC-32C), RFC 1952
///   (CRC-32), RFC 1950 (Adler-32).
struct ChecksumCodec: BytesToBytesCodec {
    static let crc32c = "crc32c"

    private enum Algorithm: String {
        case crc32c
        case crc32 = "numcodecs.crc32"
        case adler32 = "numcodecs.adler32"
        case fletcher32 = "numcodecs.fletcher32"

        var title: String {
            switch self {
            case .crc32c: "CRC-32C"
            case .crc32: "CRC-32"
            case .adler32: "Adler-32"
            case .fletcher32: "Fletcher-32"
            }
        }

        func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
            switch self {
            case .crc32c: CRC32C.checksum(bytes)
            case .crc32: libdeflate_crc32(0, bytes.baseAddress, bytes.count)
            case .adler32: libdeflate_adler32(1, bytes.baseAddress, bytes.count)
            case .fletcher32: Fletcher32.checksum(bytes)
            }
        }
    }

    private let algorithm: Algorithm
    private let isInFront: Bool

    /// - Returns: nil where the name is that of no checksum.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the `location` is neither "start" nor "end".
    init?(_ spec: CodecSpec) throws {
        guard let algorithm = Algorithm(rawValue: spec.name) else { return nil }
        self.algorithm = algorithm
        switch spec.configuration["location"] {
        case nil: isInFront = algorithm == .crc32 || algorithm == .adler32
        case .string("start"): isInFront = true
        case .string("end"): isInFront = false
        case let other?:
            throw ZarrError(
                .corrupt, "the \"location\" of \(spec.name) must be \"start\" or \"end\", not \(other.excerpt)")
        }
    }

    func encodedSize(_ count: Int) -> Int? { count + 4 }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        withUnsafeBytes(of: algorithm.checksum(bytes).littleEndian) { checksum in
            if isInFront { encoded.append(checksum) }
            encoded.append(bytes)
            if !isInFront { encoded.append(checksum) }
        }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        let count = encoded.count - 4
        guard count >= 0 else {
            throw ZarrError(.corrupt, "\(encoded.count) bytes are too few for a \(algorithm.title)")
        }
        guard count <= room.count else {
            throw ZarrError(
                .corrupt, "\(count) bytes stand beside the \(algorithm.title), more than the \(room.count) expected")
        }
        let first = isInFront ? 4 : 0
        let bytes = UnsafeRawBufferPointer(rebasing: encoded[first..<first + count])
        let stored = UInt32(
            littleEndian: encoded.loadUnaligned(fromByteOffset: isInFront ? 0 : count, as: UInt32.self))
        let computed = algorithm.checksum(bytes)
        guard stored == computed || algorithm == .fletcher32 && Fletcher32.isEqual(stored, computed) else {
            throw ZarrError(
                .corrupt,
                "the \(algorithm.title) is 0x\(String(computed, radix: 16)), but 0x\(String(stored, radix: 16)) is stored"
            )
        }
        memcpy(room.orEmpty, bytes.orEmpty, count)
        return count
    }
}
