/// How the place of a chunk in the grid becomes the key of its object.
///
/// - Source: Zarr v3 core, "chunk_key_encoding"; Zarr v2, `dimension_separator`; N5, "blocks".
public struct ChunkKeyEncoding: Sendable, Hashable {
    /// The two registered encodings, and that of N5.
    public enum Style: String, Sendable, Hashable {
        /// `c/0/1`; `c` for an array without axes.
        case `default`
        /// `0.1`; `0` for an array without axes.
        case v2
        /// `1/0`: the fastest axis first. Not for a zarr.json.
        case n5
    }

    /// What stands between the numbers.
    public enum Separator: String, Sendable, Hashable {
        case slash = "/"
        case dot = "."
    }

    /// Which encoding.
    public var style: Style
    /// What stands between the numbers.
    public var separator: Separator

    /// `c/0/1`, or `c.0.1`.
    public static func `default`(_ separator: Separator = .slash) -> ChunkKeyEncoding {
        ChunkKeyEncoding(style: .default, separator: separator)
    }

    /// `0.1`, or `0/1`.
    public static func v2(_ separator: Separator = .dot) -> ChunkKeyEncoding {
        ChunkKeyEncoding(style: .v2, separator: separator)
    }

    /// `1/0` for the chunk `[0, 1]`.
    public static let n5 = ChunkKeyEncoding(style: .n5, separator: .slash)

    /// What new arrays of a format use.
    static func standard(_ format: ZarrFormat) -> ChunkKeyEncoding {
        switch format {
        case .v2: .v2(.slash)
        case .v3: .default(.slash)
        case .n5: .n5
        }
    }

    /// The key of a chunk, relative to its array.
    ///
    /// - Parameter index: the chunk's place on each axis of the grid.
    public func key(ofChunk index: [Int]) -> String {
        let between = separator.rawValue
        switch style {
        case .default: return index.reduce(into: "c") { $0 += between + String($1) }
        case .v2: return index.isEmpty ? "0" : index.map(String.init).joined(separator: between)
        case .n5: return index.reversed().map(String.init).joined(separator: between)
        }
    }

    init(style: Style, separator: Separator) {
        self.style = style
        self.separator = separator
    }

    /// The value of `chunk_key_encoding` in a zarr.json.
    init(json: JSONValue?) throws {
        let named = try NamedConfiguration(json, what: "chunk_key_encoding")
        guard let style = Style(rawValue: named.name), style != .n5 else {
            throw ZarrError(
                .unsupported, "chunk_key_encoding \"\(named.name)\" is unknown: only \"default\" and \"v2\" can be read"
            )
        }
        self.init(style: style, separator: style == .default ? .slash : .dot)
        if let given = named.configuration["separator"] {
            guard let separator = given.string.flatMap(Separator.init) else {
                throw ZarrError(
                    .corrupt, "the separator of chunk_key_encoding must be \"/\" or \".\", not \(given.excerpt)")
            }
            self.separator = separator
        }
    }

    /// The value of `chunk_key_encoding` in a zarr.json.
    var json: JSONValue {
        ["name": .string(style.rawValue), "configuration": ["separator": .string(separator.rawValue)]]
    }
}
