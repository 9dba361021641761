/// The first bytes of a TIFF: its byte order, its variant and where the first directory lies.
///
/// - Source: TIFF 6.0, section 2; BigTIFF design (libtiff).
package struct TiffHeader: Sendable, Hashable {
    /// True for "MM": most significant byte first.
    package var isBigEndian: Bool
    /// True for BigTIFF: 64-bit offsets and counts.
    package var isBig: Bool
    /// Where the first directory lies.
    package var firstDirectory: Int

    /// True where numbers in the file are not in the byte order of this machine.
    package var needsSwap: Bool { isBigEndian != (1.bigEndian == 1) }

    /// Bytes of a directory's count of entries, of one entry and of an offset.
    var countSize: Int { isBig ? 8 : 2 }
    var entrySize: Int { isBig ? 20 : 12 }
    var offsetSize: Int { isBig ? 8 : 4 }

    /// Reads the header of a file.
    ///
    /// - Throws: ``TiffError`` with code `.notTIFF` or `.damaged`.
    package init(of file: TiffFile) throws {
        guard file.size > 0 else { throw TiffError(.notTIFF, "the file is empty; copy it again", path: file.path) }
        var bytes = [UInt8](repeating: 0, count: 16)
        try bytes.withUnsafeMutableBytes { raw in
            // Safety: the buffer has 16 bytes and a base address.
            if let base = raw.baseAddress { try file.read(min(16, file.size), at: 0, into: base) }
        }
        let isBigEndian = bytes[0] == 0x4D
        let magic = isBigEndian ? Int(bytes[2]) << 8 | Int(bytes[3]) : Int(bytes[3]) << 8 | Int(bytes[2])
        guard file.size >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D, magic == 42 || magic == 43
        else {
            throw TiffError(
                .notTIFF, "not a TIFF: its first bytes are neither II nor MM with 42 or 43", path: file.path)
        }
        self.isBigEndian = isBigEndian
        isBig = magic == 43
        firstDirectory = 0
        let place = isBig ? 8..<16 : 4..<8
        let offset = (isBigEndian ? Array(bytes[place]) : bytes[place].reversed()).reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        guard offset >= 8, offset < UInt64(file.size) else {
            throw TiffError(
                .damaged,
                "the first directory would lie at byte \(offset) of \(file.size); the file may be incomplete: copy it "
                    + "again",
                path: file.path)
        }
        firstDirectory = Int(offset)
    }
}
