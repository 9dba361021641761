/// A compression scheme, by its number in tag 259.
package struct Compression: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let none = Compression(rawValue: 1)
    package static let lzw = Compression(rawValue: 5)
    package static let jpeg = Compression(rawValue: 7)
    package static let deflate = Compression(rawValue: 8)
    package static let oldDeflate = Compression(rawValue: 32946)
    package static let packBits = Compression(rawValue: 32773)
    package static let lerc = Compression(rawValue: 34887)
    package static let lzma = Compression(rawValue: 34925)
    package static let oldZstandard = Compression(rawValue: 34926)
    package static let zstandard = Compression(rawValue: 50000)
    package static let webP = Compression(rawValue: 50001)

    private static let names: [Int: String] = [
        1: "none", 2: "CCITT RLE", 3: "CCITT Group 3", 4: "CCITT Group 4", 5: "LZW", 6: "old-style JPEG", 7: "JPEG",
        8: "deflate", 32766: "NeXT", 32771: "CCITT RLE, word-aligned", 32773: "PackBits", 32809: "ThunderScan",
        32946: "deflate", 33003: "JPEG 2000 (Aperio YCbCr)", 33004: "JPEG 2000", 33005: "JPEG 2000 (Aperio RGB)",
        33007: "Aperio 4:2:2", 34661: "JBIG", 34676: "SGI LogLuv", 34677: "SGI LogLuv 24", 34712: "JPEG 2000",
        34887: "LERC", 34892: "lossy JPEG (DNG)", 34925: "LZMA", 34926: "Zstandard", 34933: "PNG", 34934: "JPEG XR",
        22610: "JPEG XR", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL (DNG)",
        48124: "Jetraw", 65000: "EER", 65001: "EER", 65002: "EER",
    ]

    /// What people call it.
    package var name: String { Self.names[rawValue] ?? "unknown" }

    /// True where the compressed block is an image of its own, to which predictors and byte orders do not apply.
    package var isImageCodec: Bool { self == .jpeg || self == .webP }

    /// Whether this library decodes it itself.
    private var isOurs: Bool {
        [.none, .lzw, .jpeg, .deflate, .oldDeflate, .packBits, .lzma, .oldZstandard, .zstandard, .webP].contains(self)
    }

    /// True where blocks are decoded by libtiff: rare schemes that gain nothing from a decoder of our own.
    package var isLibtiffs: Bool { self == .lerc }

    /// Why it cannot be read; nil where it can.
    package var unsupported: String? {
        if isOurs || isLibtiffs { return nil }
        return "Compression (tag 259) \(rawValue) (\(name)) is not supported; none, LZW, deflate, PackBits, Zstandard, "
            + "LZMA, JPEG, WebP and LERC are. Save the image again with one of them"
    }

    /// The most bytes one stored byte can stand for, which bounds what a short block may claim to hold; nil where there
    /// is no bound worth checking.
    ///
    /// Deflate: 258 bytes from a code of 2 bits; LZW: 4096 from 12 bits, with room; PackBits: 128 from 2 bytes.
    /// A frame of Zstandard or LZMA can repeat one byte for ever, and so can JPEG with arithmetic coding and WebP.
    private var largestExpansion: Int? {
        switch self {
        case .none: 1
        case .deflate, .oldDeflate: 1032
        case .lzw: 4096
        case .packBits: 64
        default: nil
        }
    }

    /// Whether so many stored bytes may hold so many decoded ones.
    func canExpand(_ stored: Int, to decoded: Int) -> Bool {
        largestExpansion.map { decoded / $0 <= stored } ?? true
    }
}
