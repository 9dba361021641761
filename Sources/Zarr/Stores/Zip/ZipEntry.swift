/// One object of a ZIP archive, as the archive's directory describes it.
public struct ZipEntry: Sendable, Hashable {
    /// The name as a key: "\" became "/".
    public let key: StoreKey
    /// How the bytes are compressed.
    public let method: ZipMethod
    /// Bytes in the archive.
    public let compressedSize: Int
    /// Bytes of the object.
    public let size: Int
    /// The CRC-32 of the object.
    public let crc32: UInt32
    /// Where the local header lies, in front of the object's bytes.
    public let headerOffset: Int
    /// The least version of the format that a reader must know, times ten; 45 brought ZIP64.
    public let versionNeeded: Int
    /// True where a password is needed.
    public let isEncrypted: Bool
}

/// How an entry of a ZIP archive is compressed.
///
/// - Source: APPNOTE 4.4.5.
public struct ZipMethod: Sendable, Hashable, CustomStringConvertible {
    /// The number in the archive.
    public let rawValue: UInt16

    /// A method by its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Not compressed.
    public static let stored = ZipMethod(rawValue: 0)
    /// DEFLATE, RFC 1951.
    public static let deflate = ZipMethod(rawValue: 8)
    /// Zstandard, RFC 8878.
    public static let zstd = ZipMethod(rawValue: 93)

    /// The number, and the name where it has one.
    public var description: String {
        let name: String? =
            switch rawValue {
            case 0: "stored"
            case 1: "shrink"
            case 2...5: "reduce"
            case 6: "implode"
            case 8: "deflate"
            case 9: "deflate64"
            case 12: "bzip2"
            case 14: "lzma"
            case 93: "zstd"
            case 95: "xz"
            case 98: "PPMd"
            case 99: "AES encryption"
            default: nil
            }
        return name.map { "\(rawValue) (\($0))" } ?? String(rawValue)
    }
}
