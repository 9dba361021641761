/// The records a ZIP archive is made of: signatures and the sizes of their fixed parts.
///
/// - Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.
enum ZipRecord {
    static let localHeader: UInt32 = 0x0403_4b50, localHeaderSize = 30
    static let directoryHeader: UInt32 = 0x0201_4b50, directoryHeaderSize = 46
    static let end: UInt32 = 0x0605_4b50, endSize = 22
    static let zip64End: UInt32 = 0x0606_4b50, zip64EndSize = 56
    static let zip64Locator: UInt32 = 0x0706_4b50, zip64LocatorSize = 20

    /// The identifiers of extra fields that mean something here.
    static let zip64Extra: UInt16 = 1, unicodePathExtra: UInt16 = 0x7075
    /// What stands where the number is in a ZIP64 record.
    static let elsewhere16: UInt16 = .max, elsewhere32: UInt32 = .max

    /// A signature as specifications write it.
    static func hex(_ signature: UInt32) -> String { "0x" + String(signature, radix: 16) }
}

extension UnsafeRawBufferPointer {
    /// A little-endian number. Safety: the caller has checked that its bytes are there.
    func little<Number: FixedWidthInteger>(_ offset: Int, _ type: Number.Type) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension [UInt8] {
    /// Adds a number, little-endian.
    mutating func appendLittle(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
