import Zarr

/// Documents as gzip, for clients that take it. Chunks and pictures are never compressed again: viewers need their true
/// length and parts of them.
///
/// - Source: RFC 9110, sections 8.4 and 12.5.3.
enum GzippedContent {
    /// Smaller documents fit into one packet anyway, larger ones are sent as they are, piece by piece.
    private static let sizes = 1024...16 << 20

    /// A document, compressed.
    ///
    /// - Returns: nil where it is not worth it.
    /// - Throws: what making the content throws.
    static func made(of content: any AnswerContent) throws -> BytesContent? {
        let size = try content.count()
        guard sizes.contains(size) else { return nil }
        let plain = try [UInt8](unsafeUninitializedCapacity: size) { room, filled in
            try content.read(
                at: 0, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[..<size]))
            filled = size
        }
        let type = DataType.pixel(.uint8)
        let codec = try CodecPipeline(
            [.bytes(type), .gzip(level: 5)], chunkShape: [size], type: type, fillValue: .zero(type))
        let encoded = ByteBlock()
        try plain.withUnsafeBytes { try codec.encode($0, into: encoded, CodecWorkspace()) }
        return BytesContent(Array(encoded.bytes), tag: tag(of: content))
    }

    /// What stands in the `ETag` of content that is compressed.
    static func tag(of content: any AnswerContent) -> String { content.tag + "-gzip" }

    /// Whether a media type is of documents.
    static func suits(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("image/svg") || type.hasPrefix("application/xml")
            || type.hasPrefix("application/json") || type.hasPrefix("application/ld+json")
    }

    /// Whether a client takes gzip.
    ///
    /// - Parameter header: the value of `Accept-Encoding`.
    static func isAccepted(_ header: String?) -> Bool {
        var others = false
        for part in (header ?? "").lowercased().split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let weight = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if words.first == "gzip" || words.first == "x-gzip" { return weight > 0 }
            if words.first == "*" { others = weight > 0 }
        }
        return others
    }
}
