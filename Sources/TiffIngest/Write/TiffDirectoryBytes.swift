import Zarr

/// The bytes of one image file directory and of the values that do not fit into its entries.
///
/// - Source: TIFF 6.0, section 2 "TIFF Structure"; libtiff "BigTIFF Design".
struct TiffDirectoryBytes {
    /// The directory, then the long values.
    private(set) var bytes = [UInt8]()
    /// Where in `bytes` the offset of the next directory stands; zero for now.
    let linkOffset: Int

    private struct Entry {
        var tag: Int
        var type: Int
        var count: Int
        var value: [UInt8]
    }

    /// - Parameter position: where in the file the bytes will begin.
    init(
        format: TiffPageFormat, description: String?, offsets: [Int], counts: [Int], isBigTIFF: Bool, position: Int
    ) {
        let entries = Self.entries(format, description, offsets, counts, isBigTIFF).sorted { $0.tag < $1.tag }
        let word = isBigTIFF ? 8 : 4
        let headSize = isBigTIFF ? 8 : 2, entrySize = 4 + 2 * word
        linkOffset = headSize + entries.count * entrySize
        var long = [UInt8]()
        let longStart = position + linkOffset + word
        bytes.appendInteger(entries.count, size: headSize)
        for entry in entries {
            bytes.appendInteger(entry.tag, size: 2)
            bytes.appendInteger(entry.type, size: 2)
            bytes.appendInteger(entry.count, size: word)
            if entry.value.count <= word {
                bytes += entry.value + [UInt8](repeating: 0, count: word - entry.value.count)
            } else {
                bytes.appendInteger(longStart + long.count, size: word)
                long += entry.value
                if long.count % 2 != 0 { long.append(0) }
            }
        }
        bytes.appendInteger(0, size: word)
        bytes += long
    }

    private static func entries(
        _ format: TiffPageFormat, _ description: String?, _ offsets: [Int], _ counts: [Int], _ isBigTIFF: Bool
    ) -> [Entry] {
        let samples = format.samplesPerPixel, isRGB = samples == 3
        let bits = [Int](repeating: format.type.size * 8, count: samples)
        let sampleFormat = format.type.isFloat ? 3 : format.type.isSigned ? 2 : 1
        var isDeflated = false
        if case .deflate = format.compression { isDeflated = true }
        var entries = [
            long(256, [format.width]), long(257, [format.height]), short(258, bits),
            short(259, [isDeflated ? 8 : 1]), short(262, [isRGB ? 2 : 1]),
            short(277, [samples]), short(284, [1]),
            short(339, [Int](repeating: sampleFormat, count: samples)),
        ]
        if isDeflated && format.type.isInteger { entries.append(short(317, [2])) }
        if !isRGB && samples > 1 { entries.append(short(338, [Int](repeating: 0, count: samples - 1))) }
        if let description { entries.append(ascii(270, description)) }
        if let size = format.pixelSize, size.x > 0, size.y > 0 {
            entries += [rational(282, 10_000 / size.x), rational(283, 10_000 / size.y), short(296, [3])]
        }
        let places = isBigTIFF ? long8 : long
        switch format.blocks {
        case .tiles(let width, let height):
            entries += [long(322, [width]), long(323, [height]), places(324, offsets), long(325, counts)]
        case .strips:
            entries += [places(273, offsets), long(278, [format.fullBlockHeight]), long(279, counts)]
        }
        return entries
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
        var bytes = [UInt8]()
        bytes.appendInteger(numerator, size: 4)
        bytes.appendInteger(denominator, size: 4)
        return Entry(tag: tag, type: 5, count: 1, value: bytes)
    }
}

extension [UInt8] {
    /// Adds the low `size` bytes of a number, least significant first.
    mutating func appendInteger(_ value: Int, size: Int) {
        for i in 0..<size { append(UInt8(truncatingIfNeeded: value >> (8 * i))) }
    }
}
