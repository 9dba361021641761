#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The codec `crc32c`: the bytes, then their CRC-32C in four bytes, little-endian.
///
/// - Source: Zarr v3 codecs, `crc32c` v1.0; RFC 3720 for the checksum.
struct Crc32cCodec: BytesToBytesCodec {
    static let name = "crc32c"

    func largestEncodedSize(_ count: Int) -> Int { count + 4 }

    func encode(_ bytes: UnsafeRawBufferPointer, into encoded: ByteBlock, _ workspace: CodecWorkspace) throws {
        encoded.append(bytes)
        withUnsafeBytes(of: CRC32C.checksum(bytes).littleEndian) { encoded.append($0) }
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, _ workspace: CodecWorkspace
    ) throws -> Int {
        let count = encoded.count - 4
        guard count >= 0 else { throw ZarrError(.corrupt, "\(encoded.count) bytes are too few for a CRC-32C") }
        guard count <= room.count else {
            throw ZarrError(.corrupt, "\(count) bytes stand before the CRC-32C, more than the \(room.count) expected")
        }
        let stored = UInt32(littleEndian: encoded.loadUnaligned(fromByteOffset: count, as: UInt32.self))
        let computed = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: encoded[..<count]))
        guard stored == computed else {
            throw ZarrError(
                .corrupt,
                "the CRC-32C is 0x\(String(computed, radix: 16)), but 0x\(String(stored, radix: 16)) is stored")
        }
        memcpy(room.orEmpty, encoded.orEmpty, count)
        return count
    }
}
