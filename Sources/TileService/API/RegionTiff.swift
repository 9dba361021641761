import OMEZarr
import Zarr

/// A region as a TIFF file in memory: a page for each plane, uncompressed, in one strip.
///
/// The description of the first page is the shape as tifffile writes and reads it, since pages have no axes of their own.
///
/// - Source: TIFF 6.0, section 2; tifffile, "shaped" series.
enum RegionTiff {
    private static let pageLimit = 65_536

    /// - Throws: ``ServiceError`` with status 400 where there would be too many pages, or y and x do not come last.
    static func check(_ region: Region, _ image: ServedImage) throws {
        let pages = region.count / (region.shape[image.x] * region.shape[image.y])
        guard pages <= pageLimit, image.y == region.rank - 2, image.x == region.rank - 1 else {
            throw ServiceError(
                .badRequest, "format", "\(pages) planes cannot be the pages of a TIFF: ask for fewer, or as npy")
        }
    }

    /// Pixels whose last axes are y and x.
    static func file(_ pixels: PixelBuffer, _ image: ServedImage) -> [UInt8] {
        let rank = pixels.shape.count, width = pixels.shape[rank - 1], height = pixels.shape[rank - 2]
        let planeBytes = width * height * pixels.type.size, pages = pixels.bytes.count / max(planeBytes, 1)
        let shape = pixels.shape.map(String.init).joined(separator: ", ")
        let description = Array("{\"shape\": [\(shape)]}".utf8) + [0]
        var bytes: [UInt8] = [0x49, 0x49, 42, 0, 0, 0, 0, 0]
        bytes.reserveCapacity(8 + pixels.bytes.count + 160 * pages + description.count)
        bytes += pixels.bytes
        if bytes.count % 2 != 0 { bytes.append(0) }
        let text = bytes.count
        bytes += description
        var link = 4
        for page in 0..<pages {
            if bytes.count % 2 != 0 { bytes.append(0) }
            bytes.store(bytes.count, at: link)
            var entries: [(tag: Int, type: Int, count: Int, value: Int)] = [
                (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8 * pixels.type.size), (259, 3, 1, 1),
                (262, 3, 1, 1), (273, 4, 1, 8 + page * planeBytes), (277, 3, 1, 1), (278, 4, 1, height),
                (279, 4, 1, planeBytes), (339, 3, 1, sampleFormat(image.description.type)),
            ]
            if page == 0 { entries.insert((270, 2, description.count, text), at: 5) }
            bytes.append(entries.count, size: 2)
            for entry in entries {
                bytes.append(entry.tag, size: 2)
                bytes.append(entry.type, size: 2)
                bytes.append(entry.count, size: 4)
                bytes.append(entry.value, size: 4)
            }
            link = bytes.count
            bytes.append(0, size: 4)
        }
        return bytes
    }

    /// 1 unsigned, 2 signed, 3 floating point.
    private static func sampleFormat(_ type: PixelType) -> Int { type.isFloat ? 3 : type.isSigned ? 2 : 1 }
}

extension [UInt8] {
    /// Adds the lowest bytes of a number, little-endian.
    fileprivate mutating func append(_ value: Int, size: Int) {
        for byte in 0..<size { append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    /// Writes four bytes of a number over others.
    fileprivate mutating func store(_ value: Int, at place: Int) {
        for byte in 0..<4 { self[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
}
