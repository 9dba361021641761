import CDeflate

/// One record of the central directory, before it is believed.
///
/// - Source: APPNOTE 4.3.12, 4.5.3 (ZIP64) and 4.6.9 (Unicode path).
struct ZipDirectoryHeader {
    private let fixed: UnsafeRawBufferPointer
    private let name: UnsafeRawBufferPointer
    private let extra: UnsafeRawBufferPointer
    private let number: Int

    /// Bytes of the record these bytes begin with; nil where some of them are missing.
    static func size(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= ZipRecord.directoryHeaderSize else { return nil }
        let size = [28, 30, 32].reduce(ZipRecord.directoryHeaderSize) { $0 + Int(bytes.little($1, UInt16.self)) }
        return bytes.count >= size ? size : nil
    }

    /// Safety: the bytes, as many as ``size(_:)`` says, must live as long as this.
    ///
    /// - Parameter number: of the entry, counted from 1, for messages.
    init(_ bytes: UnsafeRawBufferPointer, number: Int) throws {
        guard bytes.little(0, UInt32.self) == ZipRecord.directoryHeader else {
            throw ZarrError(
                .corrupt,
                "entry \(number) of the archive's directory begins with the wrong signature, "
                    + "\(ZipRecord.hex(bytes.little(0, UInt32.self))): the archive is damaged, copy it again")
        }
        let nameEnd = ZipRecord.directoryHeaderSize + Int(bytes.little(28, UInt16.self))
        let extraEnd = nameEnd + Int(bytes.little(30, UInt16.self))
        fixed = UnsafeRawBufferPointer(rebasing: bytes[..<ZipRecord.directoryHeaderSize])
        name = UnsafeRawBufferPointer(rebasing: bytes[ZipRecord.directoryHeaderSize..<nameEnd])
        extra = UnsafeRawBufferPointer(rebasing: bytes[nameEnd..<extraEnd])
        self.number = number
    }

    /// The entry described; nil for a folder.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the name could leave the store or the sizes contradict each
    ///   other, `.unsupported` where the entry lies in another part of the archive.
    func entry() throws -> ZipEntry? {
        let fields = try extraFields()
        let path = try path(fields)
        if path.utf8.last == UInt8(ascii: "/") { return nil }
        let (size, compressedSize, offset) = try sizes(fields)
        let flags = fixed.little(8, UInt16.self), method = ZipMethod(rawValue: fixed.little(10, UInt16.self))
        // Bit 0 is encryption, bit 6 strong encryption.
        let isEncrypted = flags & 0x41 != 0
        guard method != .stored || isEncrypted || size == compressedSize else {
            throw damaged("is stored, yet its compressed and uncompressed sizes differ: \(compressedSize) and \(size)")
        }
        return ZipEntry(
            key: try key(path), method: method, compressedSize: compressedSize, size: size,
            crc32: fixed.little(16, UInt32.self), headerOffset: offset,
            versionNeeded: Int(fixed.little(6, UInt16.self) & 0xFF), isEncrypted: isEncrypted)
    }

    /// The extra fields: identifier and content, in order.
    private func extraFields() throws -> [(id: UInt16, bytes: UnsafeRawBufferPointer)] {
        var fields = [(id: UInt16, bytes: UnsafeRawBufferPointer)](), rest = extra[...]
        // Fewer than four bytes are padding.
        while rest.count >= 4 {
            let bytes = UnsafeRawBufferPointer(rebasing: rest)
            let count = Int(bytes.little(2, UInt16.self))
            guard count <= bytes.count - 4 else {
                throw damaged("has an extra field of \(count) bytes, longer than the \(bytes.count - 4) that are left")
            }
            fields.append((bytes.little(0, UInt16.self), UnsafeRawBufferPointer(rebasing: bytes[4..<4 + count])))
            rest = rest.dropFirst(4 + count)
        }
        return fields
    }

    /// Sizes and place; those that do not fit into 32 bits stand in the ZIP64 field, in this order.
    private func sizes(
        _ fields: [(id: UInt16, bytes: UnsafeRawBufferPointer)]
    ) throws -> (size: Int, compressedSize: Int, offset: Int) {
        let zip64 = fields.first { $0.id == ZipRecord.zip64Extra }?.bytes
        var taken = 0
        func claim(_ offset: Int, _ what: String) throws -> Int {
            let short = fixed.little(offset, UInt32.self)
            guard short == ZipRecord.elsewhere32 else { return Int(short) }
            guard let zip64 else { throw damaged("lacks the zip64 extra field that must give its \(what)") }
            guard zip64.count >= taken + 8 else { throw damaged("has a zip64 extra field without its \(what)") }
            defer { taken += 8 }
            guard let value = Int(exactly: zip64.little(taken, UInt64.self)) else {
                throw damaged("has a \(what) of \(zip64.little(taken, UInt64.self)), which cannot be")
            }
            return value
        }
        let size = try claim(24, "uncompressed size")
        let compressedSize = try claim(20, "compressed size")
        let offset = try claim(42, "relative header offset")
        let disk = fixed.little(34, UInt16.self)
        guard disk == 0 || disk == ZipRecord.elsewhere16 else {
            throw ZarrError(
                .unsupported, "entry \(number) lies in another part of the archive, \(disk): join the parts first")
        }
        return (size, compressedSize, offset)
    }

    private func path(_ fields: [(id: UInt16, bytes: UnsafeRawBufferPointer)]) throws -> String {
        let text: String
        if let unicode = unicodePath(fields) {
            text = unicode
        } else if fixed.little(8, UInt16.self) & 0x800 != 0 {
            guard let utf8 = String(validating: name, as: UTF8.self) else {
                throw damaged("has a name that is not UTF-8")
            }
            text = utf8
        } else {
            text = CodePage437.text(name)
        }
        // Some old Windows programs separate folders with "\", which no key may contain anyway.
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        return String(decoding: text.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
    }

    /// The name in a field that says of which bytes it is the text; a field made for another name does not count.
    private func unicodePath(_ fields: [(id: UInt16, bytes: UnsafeRawBufferPointer)]) -> String? {
        for (id, bytes) in fields where id == ZipRecord.unicodePathExtra && bytes.count > 5 && bytes[0] == 1 {
            guard bytes.little(1, UInt32.self) == libdeflate_crc32(0, name.orEmpty, name.count) else { continue }
            if let text = String(validating: bytes[5...], as: UTF8.self) { return text }
        }
        return nil
    }

    private func key(_ path: String) throws -> StoreKey {
        guard let key = try? StoreKey(path), key != .root else {
            throw damaged("is called \(JSONValue.string(path).excerpt), which could lead out of the archive or nowhere")
        }
        return key
    }

    private func damaged(_ what: String) -> ZarrError {
        ZarrError(.corrupt, "entry \(number) of the archive \(what): the archive is damaged, make or copy it again")
    }
}
