/// What stands at the end of a ZIP archive: where its directory lies, how many entries it has, and the comment.
///
/// - Source: APPNOTE 4.3.14 to 4.3.16.
struct ZipEnd {
    /// Where the central directory lies.
    let directory: Range<Int>
    /// Entries in the directory.
    let count: Int
    let comment: [UInt8]
    /// True where some of it stands in a ZIP64 record.
    let isZip64: Bool

    /// - Throws: ``ZarrError`` with code `.corrupt` where there is no such record or it cannot be true, `.unsupported`
    ///   where the archive has several parts.
    init(of file: some RandomAccessBytes) throws {
        let room = ZipRecord.endSize + Int(UInt16.max) + ZipRecord.zip64LocatorSize
        let tailStart = max(0, file.count - room)
        let tail = try file.bytes(at: tailStart, count: file.count - tailStart)
        var end = try tail.withUnsafeBytes { try Fields(tail: $0, tailStart) }
        isZip64 = end.isPartElsewhere
        if isZip64 { try end.read64(from: file, tail, tailStart) }
        guard end.disk == 0, end.directoryDisk == 0, end.countHere == end.count else {
            throw ZarrError(
                .unsupported,
                "the archive is one part of several (volume \(end.disk)), which cannot be read: join the parts first")
        }
        let limit = UInt64(end.position)
        guard end.size <= limit, end.offset <= limit - end.size else {
            throw ZarrError(
                .corrupt,
                "the directory of \(end.size) bytes from byte \(end.offset) does not fit before its end record at byte "
                    + "\(end.position): the archive is damaged or something was put in front of it")
        }
        guard end.count <= end.size / UInt64(ZipRecord.directoryHeaderSize) else {
            throw ZarrError(
                .corrupt, "a directory of \(end.size) bytes cannot hold the \(end.count) entries the archive claims")
        }
        directory = Int(end.offset)..<Int(end.offset + end.size)
        count = Int(end.count)
        comment = end.comment
    }
}

extension ZipEnd {
    /// The numbers as the records give them.
    private struct Fields {
        var disk: UInt32, directoryDisk: UInt32
        var countHere: UInt64, count: UInt64
        var size: UInt64, offset: UInt64
        let comment: [UInt8]
        /// Where the first of the records begins in the file.
        var position: Int

        /// Finds the record from the back: its comment, of unknown length, must end where the file ends.
        init(tail: UnsafeRawBufferPointer, _ tailStart: Int) throws {
            let places = stride(from: tail.count - ZipRecord.endSize, through: 0, by: -1)
            let found = places.first { place in
                tail.little(place, UInt32.self) == ZipRecord.end
                    && place + ZipRecord.endSize + Int(tail.little(place + 20, UInt16.self)) == tail.count
            }
            guard let place = found else {
                throw ZarrError(
                    .corrupt,
                    "there is no end of central directory record at its end: it is no ZIP archive, or it is truncated; "
                        + "copy it again")
            }
            disk = UInt32(tail.little(place + 4, UInt16.self))
            directoryDisk = UInt32(tail.little(place + 6, UInt16.self))
            countHere = UInt64(tail.little(place + 8, UInt16.self))
            count = UInt64(tail.little(place + 10, UInt16.self))
            size = UInt64(tail.little(place + 12, UInt32.self))
            offset = UInt64(tail.little(place + 16, UInt32.self))
            comment = Array(tail[(place + ZipRecord.endSize)...])
            position = tailStart + place
        }

        var isPartElsewhere: Bool {
            let small = UInt64(ZipRecord.elsewhere16), large = UInt64(ZipRecord.elsewhere32)
            return disk == small || directoryDisk == small || countHere == small || count == small || size == large
                || offset == large
        }

        /// Takes what stands elsewhere from the ZIP64 record, found through its locator just in front.
        mutating func read64(from file: some RandomAccessBytes, _ tail: [UInt8], _ tailStart: Int) throws {
            let locatorPlace = position - tailStart - ZipRecord.zip64LocatorSize
            let place = tail.withUnsafeBytes { tail -> UInt64? in
                guard locatorPlace >= 0, tail.little(locatorPlace, UInt32.self) == ZipRecord.zip64Locator else {
                    return nil
                }
                return tail.little(locatorPlace + 8, UInt64.self)
            }
            let limit = position - ZipRecord.zip64LocatorSize - ZipRecord.zip64EndSize
            guard let place, let start = Int(exactly: place), start <= limit else {
                throw ZarrError(
                    .corrupt,
                    "the zip64 end of central directory record is missing or lies outside of the file: the archive is "
                        + "damaged, copy it again")
            }
            let record = try file.bytes(at: start, count: ZipRecord.zip64EndSize)
            try record.withUnsafeBytes { record in
                guard record.little(0, UInt32.self) == ZipRecord.zip64End else {
                    throw ZarrError(
                        .corrupt,
                        "the zip64 end of central directory record at byte \(start) begins with the wrong signature, "
                            + "\(ZipRecord.hex(record.little(0, UInt32.self))): the archive is damaged, copy it again")
                }
                take(record)
            }
            position = start
        }

        private mutating func take(_ record: UnsafeRawBufferPointer) {
            let small = UInt64(ZipRecord.elsewhere16), large = UInt64(ZipRecord.elsewhere32)
            if disk == small { disk = record.little(16, UInt32.self) }
            if directoryDisk == small { directoryDisk = record.little(20, UInt32.self) }
            if countHere == small { countHere = record.little(24, UInt64.self) }
            if count == small { count = record.little(32, UInt64.self) }
            if size == large { size = record.little(40, UInt64.self) }
            if offset == large { offset = record.little(48, UInt64.self) }
        }
    }
}
