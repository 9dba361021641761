import OMEZarr
import Zarr

/// The binary metadata of ImageJ, tags 50838 and 50839: colour tables and display ranges of channels.
///
/// The payload begins with "IJIJ", then a type and a count for each kind; the pieces follow, their lengths in tag
/// 50838.
/// - Source: ij.io.TiffDecoder, "getMetaData".
enum ImageJMetadata {
    /// Channels with their colours and windows, as far as the file knows them.
    static func channels(
        _ directory: Directory, _ reader: DirectoryReader, count: Int, _ properties: [String: String],
        _ type: PixelType?
    ) -> [Channel] {
        guard count <= 4096 else { return [] }
        let pieces = (try? self.pieces(directory, reader)) ?? [:]
        let ranges = pieces["rang"]?.first.map { doubles($0, reader) } ?? []
        let tables = pieces["luts"] ?? []
        let common = (properties["min"].flatMap(Double.init), properties["max"].flatMap(Double.init))
        var channels = (0..<count).map { index in
            var channel = Channel()
            if index < tables.count { channel.color = colour(tables[index]) }
            if 2 * index + 1 < ranges.count {
                channel.window = window(ranges[2 * index], ranges[2 * index + 1], type)
            } else if let low = common.0, let high = common.1 {
                channel.window = window(low, high, type)
            }
            return channel
        }
        // A grey table says nothing about what the channel is.
        if count == 1 { channels[0].color = channels[0].color == .white ? nil : channels[0].color }
        return channels == (0..<count).map { _ in Channel() } ? [] : channels
    }

    /// The pieces of each kind, kinds named by four letters.
    static func pieces(_ directory: Directory, _ reader: DirectoryReader) throws -> [String: [[UInt8]]] {
        guard let counts = directory[.ijMetadataByteCounts], let data = directory[.ijMetadata] else { return [:] }
        let lengths = try reader.integers(counts)
        let bytes = try reader.contents(of: data)
        guard let header = lengths.first, header >= 12, header <= bytes.count else { return [:] }
        let isLittle = bytes.starts(with: "JIJI".utf8)
        guard isLittle || bytes.starts(with: "IJIJ".utf8) else { return [:] }
        var result = [String: [[UInt8]]](), place = header, piece = 1
        for entry in stride(from: 4, to: header - 7, by: 8) {
            let kind = isLittle ? Array(bytes[entry..<entry + 4].reversed()) : Array(bytes[entry..<entry + 4])
            let raw = bytes[(entry + 4)..<(entry + 8)]
            let number = (isLittle ? Array(raw.reversed()) : Array(raw)).reduce(0) { $0 << 8 | Int($1) }
            for _ in 0..<number {
                guard piece < lengths.count, lengths[piece] <= bytes.count - place else { return result }
                result[String(decoding: kind, as: UTF8.self), default: []].append(
                    Array(bytes[place..<place + lengths[piece]]))
                place += lengths[piece]
                piece += 1
            }
        }
        return result
    }

    static func doubles(_ bytes: [UInt8], _ reader: DirectoryReader) -> [Double] {
        bytes.withUnsafeBytes { raw in
            // Safety: only whole numbers of eight bytes are read.
            (0..<raw.count / 8).compactMap { index in
                raw.baseAddress.map { Double(bitPattern: reader.load($0 + 8 * index, 8)) }
            }
        }
    }

    /// The colour of a table that goes evenly from black to it; nil for any other table.
    private static func colour(_ table: [UInt8]) -> Channel.Color? {
        guard table.count == 768 else { return nil }
        let top = [table[255], table[511], table[767]]
        for (component, end) in top.enumerated() {
            for i in 0..<256 where abs(Int(table[component * 256 + i]) - i * Int(end) / 255) > 1 { return nil }
        }
        return Channel.Color(red: top[0], green: top[1], blue: top[2])
    }

    private static func window(_ low: Double, _ high: Double, _ type: PixelType?) -> Channel.Window? {
        guard low.isFinite, high.isFinite, low < high else { return nil }
        switch type {
        case .uint8: return Channel.Window(min: 0, max: 255, start: max(0, low), end: min(255, high))
        case .uint16: return Channel.Window(min: 0, max: 65_535, start: max(0, low), end: min(65_535, high))
        default: return Channel.Window(min: low, max: high, start: low, end: high)
        }
    }
}
