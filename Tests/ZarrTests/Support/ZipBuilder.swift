import Zarr

/// Builds ZIP archives byte by byte, wrong ones too.
struct ZipBuilder {
    struct Entry {
        var name: [UInt8]
        var content: [UInt8] = []
        var method: UInt16 = 0
        var flags: UInt16 = 0x800
        /// Behind the name in the directory's record.
        var extra: [UInt8] = []
        /// What the directory claims; nil is the truth.
        var size: UInt32?
        var compressedSize: UInt32?
        var crc32: UInt32?

        init(_ name: String, _ content: [UInt8] = [], method: UInt16 = 0) {
            self.name = Array(name.utf8)
            self.content = content
            self.method = method
        }
    }

    var entries: [Entry]
    var comment = [UInt8]()

    func archive() throws -> [UInt8] {
        var file = [UInt8](), directory = [UInt8]()
        for entry in entries {
            let stored = try Self.compressed(entry), crc32 = entry.crc32 ?? Self.crc32(entry.content)
            let common: [UInt8] =
                little(UInt16(20)) + little(entry.flags) + little(entry.method) + little(UInt32(0)) + little(crc32)
                + little(entry.compressedSize ?? UInt32(stored.count))
                + little(entry.size ?? UInt32(entry.content.count)) + little(UInt16(entry.name.count))
            directory += little(UInt32(0x0201_4b50)) + little(UInt16(20)) + common + little(UInt16(entry.extra.count))
            directory += [UInt8](repeating: 0, count: 10) + little(UInt32(file.count)) + entry.name + entry.extra
            // Local headers often have other extra fields than the directory.
            file += little(UInt32(0x0403_4b50)) + common + little(UInt16(4)) + entry.name + [9, 9, 0, 0] + stored
        }
        let start = UInt32(file.count)
        let end: [UInt8] =
            little(UInt32(0x0605_4b50)) + little(UInt32(0)) + little(UInt16(entries.count))
            + little(UInt16(entries.count)) + little(UInt32(directory.count)) + little(start)
            + little(UInt16(comment.count)) + comment
        return file + directory + end
    }

    private static func compressed(_ entry: Entry) throws -> [UInt8] {
        func encoded(_ codec: CodecSpec) throws -> [UInt8] {
            try CodecPipeline(
                [.bytes(.uint8), codec], chunkShape: [entry.content.count], type: .uint8, fillValue: .zero(.uint8)
            ).encoded(entry.content)
        }
        switch entry.method {
        // A gzip stream is deflate between 10 bytes of header and 8 of checksum and size.
        case 8: return try Array(encoded(.gzip()).dropFirst(10).dropLast(8))
        case 93: return try encoded(.zstd())
        default: return entry.content
        }
    }

    /// The plain definition of the CRC-32 of ZIP.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0 as UInt32) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xEDB8_8320) }
        }
    }
}

/// A number's bytes, little-endian.
func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
