/// The central directory of a ZIP archive: every entry and where it lies.
///
/// - Source: APPNOTE 4.3.12.
struct ZipDirectory {
    /// The entries in the directory's order, without folders.
    private(set) var entries = [ZipEntry]()
    let end: ZipEnd

    // Large enough for the longest record: 46 bytes, and a name, extra fields and a comment of 65,535 bytes each.
    private static let blockSize = 1 << 20

    /// Reads the directory block by block, so that memory is taken for entries that are there, not for those claimed.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the directory contradicts itself or the file, `.unsupported`
    ///   where the archive has several parts.
    init(of file: some RandomAccessBytes) throws {
        end = try ZipEnd(of: file)
        var position = end.directory.lowerBound, seen = 0
        while seen < end.count {
            let count = min(Self.blockSize, end.directory.upperBound - position)
            let isLast = position + count == end.directory.upperBound
            let block = try file.bytes(at: position, count: count)
            try block.withUnsafeBytes { block in
                var rest = block[...]
                while seen < end.count {
                    let bytes = UnsafeRawBufferPointer(rebasing: rest)
                    guard let size = ZipDirectoryHeader.size(bytes) else {
                        if !isLast { break }
                        throw Self.damaged("ends before entry \(seen + 1) of \(end.count)")
                    }
                    try add(ZipDirectoryHeader(UnsafeRawBufferPointer(rebasing: bytes[..<size]), number: seen + 1))
                    rest = rest.dropFirst(size)
                    seen += 1
                }
                position += block.count - rest.count
            }
        }
        guard position == end.directory.upperBound else {
            throw Self.damaged("goes on after its \(end.count) entries")
        }
    }

    private mutating func add(_ header: ZipDirectoryHeader) throws {
        guard let entry = try header.entry() else { return }
        // Subtracting, so that no sum of hostile numbers can overflow.
        let room = end.directory.lowerBound - ZipRecord.localHeaderSize
        guard entry.headerOffset <= room, entry.compressedSize <= room - entry.headerOffset else {
            throw ZarrError(
                .corrupt,
                "the bytes of \(entry.key), \(entry.compressedSize) from byte \(entry.headerOffset), overflow the "
                    + "file, whose directory begins at byte \(end.directory.lowerBound): it is damaged, copy it again",
                key: entry.key)
        }
        entries.append(entry)
    }

    private static func damaged(_ what: String) -> ZarrError {
        ZarrError(.corrupt, "the archive's directory \(what): the archive is damaged, copy it again")
    }
}
