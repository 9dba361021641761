import Zarr

/// What ImageJ keeps beside its description: the properties of the image, labels of its slices, ranges, overlays.
///
/// - Source: ij.io.TiffEncoder, "writeMetaData"; the kinds are named as tifffile names them.
enum ImageJRecord {
    private static let names = [
        "info": "Info", "labl": "Labels", "rang": "Ranges", "luts": "LUTs", "plot": "Plot", "roi ": "ROI",
        "over": "Overlays", "prop": "Properties",
    ]
    /// Characters of text, and bytes of anything else, that are kept of each kind.
    private static let most = 64 << 10

    /// The kinds by name; nil where the directory has none.
    static func json(_ directory: Directory, _ reader: DirectoryReader) -> JSONValue? {
        guard let metadata = try? ImageJMetadata.pieces(directory, reader), !metadata.isEmpty else { return nil }
        var record = JSONObject()
        for (kind, pieces) in metadata.sorted(by: { $0.key < $1.key }) {
            record[names[kind] ?? kind] = value(kind, pieces, reader)
        }
        return .object(record)
    }

    private static func value(_ kind: String, _ pieces: [[UInt8]], _ reader: DirectoryReader) -> JSONValue {
        var left = most
        /// Pieces as long as there is room; of the rest only how much it is.
        func each(_ convert: ([UInt8]) -> JSONValue) -> JSONValue {
            let kept = pieces.prefix {
                left -= $0.count
                return left >= 0
            }
            guard kept.count == pieces.count else {
                return ["count": JSONValue(pieces.count), "bytes": JSONValue(pieces.reduce(0) { $0 + $1.count })]
            }
            return kept.count == 1 && kind != "labl" ? convert(kept[0]) : .array(kept.map(convert))
        }
        switch kind {
        case "info" where (pieces.first?.count ?? 0) > most:
            let text = text(Array(pieces[0].prefix(most)), reader)
            return ["text": .string(text), "bytes": JSONValue(pieces[0].count)]
        case "info", "labl", "prop": return each { .string(text($0, reader)) }
        case "rang": return each { .array(ImageJMetadata.doubles($0, reader).map { JSONValue($0) }) }
        default: return each { TagRecord.binary($0, $0.count) }
        }
    }

    /// Java writes UTF-16, in the byte order of the file.
    private static func text(_ bytes: [UInt8], _ reader: DirectoryReader) -> String {
        let isBig = reader.header.isBigEndian
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return isBig ? first << 8 | second : second << 8 | first
        }
        return String(decoding: units, as: UTF16.self)
    }
}
