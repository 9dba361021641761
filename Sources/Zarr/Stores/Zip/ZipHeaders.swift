/// The records of an archive as they are written: always ZIP64, stored, of 1980-01-01, so that equal objects give equal
/// bytes.
///
/// - Source: APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16.
enum ZipHeaders {
    /// 4.5: ZIP64.
    static let version: UInt16 = 45
    // Names are UTF-8.
    private static let flags: UInt16 = 0x0800
    // DOS date 1980-01-01 at midnight, the earliest there is.
    private static let time: UInt16 = 0, date: UInt16 = 0x0021
    // "Made by" Unix, so that unpacking gives a file everybody may read: 0o100644.
    private static let madeBy: UInt16 = 3 << 8 | version, attributes: UInt32 = 0o100644 << 16
    // Identifier, length, two sizes of eight bytes.
    private static let sizesExtra = 20
    // What zipalign fills the space in front of aligned entries with.
    private static let paddingExtra: UInt16 = 0xD935

    /// Bytes of padding that one local header can have; fewer than four cannot be said.
    static let mostPadding = Int(UInt16.max) - sizesExtra

    /// Bytes of a local header without padding.
    static func localSize(_ key: StoreKey) -> Int { ZipRecord.localHeaderSize + key.path.utf8.count + sizesExtra }

    /// What stands in front of an object.
    ///
    /// - Parameter padding: bytes of an extra field without meaning; 0, or 4 to ``mostPadding``.
    static func local(_ entry: ZipEntry, padding: Int = 0) -> [UInt8] {
        var header = [UInt8]()
        header.reserveCapacity(localSize(entry.key) + padding)
        header.appendLittle(ZipRecord.localHeader)
        appendCommon(entry, extra: sizesExtra + padding, to: &header)
        header.append(contentsOf: entry.key.path.utf8)
        header.appendLittle(ZipRecord.zip64Extra)
        header.appendLittle(UInt16(16))
        header.appendLittle(UInt64(entry.size))
        header.appendLittle(UInt64(entry.compressedSize))
        if padding > 0 {
            header.appendLittle(paddingExtra)
            header.appendLittle(UInt16(padding - 4))
            header.append(contentsOf: repeatElement(0, count: padding - 4))
        }
        return header
    }

    /// Adds an object's record in the central directory.
    static func appendDirectory(_ entry: ZipEntry, to directory: inout [UInt8]) {
        directory.appendLittle(ZipRecord.directoryHeader)
        directory.appendLittle(madeBy)
        appendCommon(entry, extra: 28, to: &directory)
        // No comment, the first disk, no internal attributes.
        for _ in 0..<3 { directory.appendLittle(UInt16(0)) }
        directory.appendLittle(attributes)
        directory.appendLittle(ZipRecord.elsewhere32)
        directory.append(contentsOf: entry.key.path.utf8)
        directory.appendLittle(ZipRecord.zip64Extra)
        directory.appendLittle(UInt16(24))
        for number in [entry.size, entry.compressedSize, entry.headerOffset] { directory.appendLittle(UInt64(number)) }
    }

    /// What stands behind the central directory.
    static func end(directory: Range<Int>, count: Int, comment: [UInt8]) -> [UInt8] {
        var end = [UInt8]()
        end.appendLittle(ZipRecord.zip64End)
        // The size leaves out the signature and itself.
        end.appendLittle(UInt64(ZipRecord.zip64EndSize - 12))
        end.appendLittle(madeBy)
        end.appendLittle(version)
        for _ in 0..<2 { end.appendLittle(UInt32(0)) }
        for number in [count, count, directory.count, directory.lowerBound] { end.appendLittle(UInt64(number)) }
        end.appendLittle(ZipRecord.zip64Locator)
        end.appendLittle(UInt32(0))
        end.appendLittle(UInt64(directory.upperBound))
        end.appendLittle(UInt32(1))
        end.appendLittle(ZipRecord.end)
        for _ in 0..<2 { end.appendLittle(UInt16(0)) }
        for _ in 0..<2 { end.appendLittle(ZipRecord.elsewhere16) }
        for _ in 0..<2 { end.appendLittle(ZipRecord.elsewhere32) }
        end.appendLittle(UInt16(comment.count))
        end.append(contentsOf: comment)
        return end
    }

    /// The fields that both headers have, from the version needed to the length of the extra fields.
    private static func appendCommon(_ entry: ZipEntry, extra: Int, to header: inout [UInt8]) {
        for field in [version, flags, entry.method.rawValue, time, date] { header.appendLittle(field) }
        header.appendLittle(entry.crc32)
        for _ in 0..<2 { header.appendLittle(ZipRecord.elsewhere32) }
        header.appendLittle(UInt16(entry.key.path.utf8.count))
        header.appendLittle(UInt16(extra))
    }
}

extension ZipEntry {
    /// A stored object.
    init(stored key: StoreKey, size: Int, crc32: UInt32, headerOffset: Int) {
        self.init(
            key: key, method: .stored, compressedSize: size, size: size, crc32: crc32, headerOffset: headerOffset,
            versionNeeded: Int(ZipHeaders.version), isEncrypted: false)
    }
}
