import Zarr

/// The bytes of one image file directory and of the values that do not fit into its entries.
///
/// - Source: TIFF 6.0, section 2 "TIFF Structure"; libtiff "BigTIFF Design"; Adobe TIFF Technical Note 1, "SubIFD".
struct TiffDirectoryBytes {
    /// The directory, then the long values.
    private(set) var bytes = [UInt8]()
    /// Where in `bytes` the offset of the next directory stands; zero for now.
    let linkOffset: Int
    /// Where in `bytes` the offsets of the page's levels stand, one after the other; zeros for now.
    private(set) var levelsOffset = 0

    private struct Entry {
        var tag: Int
        var type: Int
        var count: Int
        var value: [UInt8]
    }

    private static let subIFDs = 330

    /// - Parameter position: where in the file the bytes will begin.
    init(_ page: TiffPage, isBigTIFF: Bool, position: Int) {
        let entries = Self.entries(page, isBigTIFF).sorted { $0.tag < $1.tag }
        let word = isBigTIFF ? 8 : 4
        let headSize = isBigTIFF ? 8 : 2, entrySize = 4 + 2 * word
        linkOffset = headSize + entries.count * entrySize
        var long = [UInt8]()
        let longStart = linkOffset + word
        bytes.appendInteger(entries.count, size: headSize)
        for entry in entries {
            bytes.appendInteger(entry.tag, size: 2)
            bytes.appendInteger(entry.type, size: 2)
            bytes.appendInteger(entry.count, size: word)
            let isShort = entry.value.count <= word
            if entry.tag == Self.subIFDs { levelsOffset = isShort ? bytes.count : longStart + long.count }
            if isShort {
                bytes += entry.value + [UInt8](repeating: 0, count: word - entry.value.count)
            } else {
                bytes.appendInteger(position + longStart + long.count, size: word)
                long += entry.value
                if long.count % 2 != 0 { long.append(0) }
            }
        }
        bytes.appendInteger(0, size: word)
        bytes += long
    }

    private static func entries(_ page: TiffPage, _ isBigTIFF: Bool) -> [Entry] {
        let format = page.format
        let bits = [Int](repeating: format.type.size * 8, count: format.samplesPerPixel)
        let sampleFormat = format.type.isFloat ? 3 : format.type.isSigned ? 2 : 1
        var entries = [
            long(256, [format.width]), long(257, [format.height]), short(258, bits),
            short(259, [format.compression.tag]), short(277, [format.samplesPerPixel]), short(284, [1]),
            short(339, bits.map { _ in sampleFormat }),
        ]
        if format.isDifferenced { entries.append(short(317, [2])) }
        if page.isLevel { entries.append(long(254, [1])) }
        if let description = page.description { entries.append(ascii(270, description)) }
        if let software = page.software { entries.append(ascii(305, software)) }
        if let size = format.pixelSize, size.x > 0, size.y > 0 {
            entries += [rational(282, 10_000 / size.x), rational(283, 10_000 / size.y), short(296, [3])]
        }
        if page.levels > 0 {
            let zeros = [Int](repeating: 0, count: page.levels)
            // Types made for it: IFD, and IFD8 of BigTIFF.
            entries.append(integers(subIFDs, type: isBigTIFF ? 18 : 13, size: isBigTIFF ? 8 : 4, zeros))
        }
        return entries + colours(format) + blocks(page, isBigTIFF)
    }

    private static func colours(_ format: TiffPageFormat) -> [Entry] {
        let samples = format.samplesPerPixel
        guard samples == 3 else {
            let extra = [Int](repeating: 0, count: samples - 1)
            return [short(262, [1])] + (extra.isEmpty ? [] : [short(338, extra)])
        }
        guard case .jpeg = format.compression else { return [short(262, [2])] }
        // YCbCr with colour at full resolution, of the full range of values.
        let range = [0, 255, 128, 255, 128, 255]
        return [short(262, [6]), short(530, [1, 1]), short(531, [1]), rationals(532, range.map { ($0, 1) })]
    }

    private static func blocks(_ page: TiffPage, _ isBigTIFF: Bool) -> [Entry] {
        let places = isBigTIFF ? long8 : long
        switch page.format.blocks {
        case .tiles(let width, let height):
            return [
                long(322, [width]), long(323, [height]), places(324, page.offsets), long(325, page.counts),
            ]
        case .strips:
            return [places(273, page.offsets), long(278, [page.format.fullBlockHeight]), long(279, page.counts)]
        }
    }

    private static func short(_ tag: Int, _ values: [Int]) -> Entry { integers(tag, type: 3, size: 2, values) }
    private static func long(_ tag: Int, _ values: [Int]) -> Entry { integers(tag, type: 4, size: 4, values) }
    private static func long8(_ tag: Int, _ values: [Int]) -> Entry { integers(tag, type: 16, size: 8, values) }

    private static func integers(_ tag: Int, type: Int, size: Int, _ values: [Int]) -> Entry {
        var bytes = [UInt8]()
        bytes.reserveCapacity(values.count * size)
        for value in values { bytes.appendInteger(value, size: size) }
        return Entry(tag: tag, type: type, count: values.count, value: bytes)
    }

    private static func ascii(_ tag: Int, _ text: String) -> Entry {
        let bytes = Array(text.utf8) + [0]
        return Entry(tag: tag, type: 2, count: bytes.count, value: bytes)
    }

    /// The value as a fraction with the largest denominator that fits, so that round trips stay exact to 9 digits.
    private static func rational(_ tag: Int, _ value: Double) -> Entry {
        var denominator = 1
        while denominator < 1_000_000, value * Double(denominator) * 10 < 4e9 { denominator *= 10 }
        let numerator = Int(min(max(value * Double(denominator), 0), 4e9).rounded())
        return rationals(tag, [(numerator, denominator)])
    }

    private static func rationals(_ tag: Int, _ values: [(Int, Int)]) -> Entry {
        var bytes = [UInt8]()
        for (numerator, denominator) in values {
            bytes.appendInteger(numerator, size: 4)
            bytes.appendInteger(denominator, size: 4)
        }
        return Entry(tag: tag, type: 5, count: values.count, value: bytes)
    }
}

extension [UInt8] {
    /// Adds the low `size` bytes of a number, least significant first.
    mutating func appendInteger(_ value: Int, size: Int) {
        for i in 0..<size { append(UInt8(truncatingIfNeeded: value >> (8 * i))) }
    }
}
