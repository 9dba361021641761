import CDeflate
import CZstd

/// The bytes of one entry: found through its local header, decoded and checked.
struct ZipContent {
    private let entry: ZipEntry
    private let file: any RandomAccessBytes
    private let start: Int

    /// Reads the local header, of which only the lengths of its name and extra fields count.
    ///
    /// - Parameter end: where the bytes of entries end at the latest.
    /// - Throws: ``ZarrError`` with code `.unsupported` where the entry is encrypted, `.corrupt` where there is no such
    ///   header or the bytes overflow the file.
    init(_ entry: ZipEntry, in file: any RandomAccessBytes, before end: Int) throws {
        guard !entry.isEncrypted else {
            throw ZarrError(
                .unsupported, "it is encrypted, which is not supported: make the archive without a password")
        }
        let header = try file.bytes(at: entry.headerOffset, count: ZipRecord.localHeaderSize)
        start = try header.withUnsafeBytes { header in
            guard header.little(0, UInt32.self) == ZipRecord.localHeader else {
                throw ZarrError(
                    .corrupt,
                    "its local header at byte \(entry.headerOffset) begins with the wrong signature, "
                        + "\(ZipRecord.hex(header.little(0, UInt32.self))): the archive is damaged, copy it again")
            }
            return entry.headerOffset + ZipRecord.localHeaderSize + Int(header.little(26, UInt16.self))
                + Int(header.little(28, UInt16.self))
        }
        guard entry.compressedSize <= end - start else {
            throw ZarrError(
                .corrupt,
                "its \(entry.compressedSize) bytes from byte \(start) overflow the file's data, which ends at byte "
                    + "\(end): the archive is damaged, copy it again")
        }
        self.entry = entry
        self.file = file
    }

    /// A part of a stored entry; checked where it is all of it.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        if range.count == entry.size { return try read() }
        return try file.bytes(at: start + range.lowerBound, count: range.count)
    }

    /// All of it, decoded and checked.
    func read() throws -> [UInt8] {
        let bytes: [UInt8]
        switch entry.method {
        case .stored: bytes = try stored()
        case .deflate: bytes = try inflated()
        case .zstd: bytes = try zstdDecoded()
        default:
            throw ZarrError(
                .unsupported,
                "it is compressed with method \(entry.method), which is not supported: make the archive with stored "
                    + "entries ('zip -0')")
        }
        let crc32 = bytes.withUnsafeBytes { libdeflate_crc32(0, $0.orEmpty, $0.count) }
        guard crc32 == entry.crc32 else { throw damaged("its CRC-32 differs") }
        return bytes
    }

    private func stored() throws -> [UInt8] { try file.bytes(at: start, count: entry.compressedSize) }

    private func inflated() throws -> [UInt8] {
        // Deflate makes at most 258 bytes of 2 bits, so a larger claim needs no memory to be refuted.
        guard entry.size / 1032 <= entry.compressedSize else {
            throw damaged("\(entry.compressedSize) bytes of deflate cannot hold the \(entry.size) claimed")
        }
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw ZarrError(.limitExceeded, "out of memory: a decompressor cannot be made")
        }
        defer { libdeflate_free_decompressor(decompressor) }
        return try decoded { compressed, room in
            var made = 0
            let result = libdeflate_deflate_decompress(
                decompressor, compressed.orEmpty, compressed.count, room.orEmpty, room.count, &made)
            return result == LIBDEFLATE_SUCCESS ? made : nil
        }
    }

    private func zstdDecoded() throws -> [UInt8] {
        // A block of 3 bytes makes at most 128 KiB, so a larger claim needs no memory to be refuted.
        guard entry.size >> 17 <= entry.compressedSize / 3 else {
            throw damaged("\(entry.compressedSize) bytes of zstd do not hold the \(entry.size) claimed")
        }
        return try decoded { compressed, room in
            let size = ZSTD_decompress(room.baseAddress, room.count, compressed.baseAddress, compressed.count)
            return ZSTD_isError(size) == 0 ? size : nil
        }
    }

    /// - Parameter decode: gives the bytes made; nil where the stream is damaged.
    private func decoded(
        _ decode: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?
    ) throws -> [UInt8] {
        guard entry.size <= CodecWorkspace.largestBlock else {
            throw ZarrError(
                .limitExceeded,
                "it is compressed and needs \(entry.size) bytes of memory, more than the "
                    + "\(CodecWorkspace.largestBlock) allowed on this machine: make the archive with stored entries")
        }
        let compressed = try stored()
        return try compressed.withUnsafeBytes { compressed in
            try [UInt8](unsafeUninitializedCapacity: entry.size) { room, filled in
                // The capacity may be larger than what was asked for.
                let room = UnsafeMutableRawBufferPointer(start: room.baseAddress, count: entry.size)
                guard decode(compressed, room) == entry.size else {
                    throw damaged("its \(entry.method) stream is damaged or does not hold \(entry.size) bytes")
                }
                filled = entry.size
            }
        }
    }

    private func damaged(_ what: String) -> ZarrError {
        ZarrError(.corrupt, "\(what): the archive is damaged, copy it again")
    }
}
