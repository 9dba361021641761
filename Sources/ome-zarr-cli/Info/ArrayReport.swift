import OMEZarr
import Zarr

/// What `info` says of an array, for people and for programs.
struct ArrayReport {
    private let metadata: ArrayMetadata
    /// What is stored; nil where the array cannot be read.
    private let stored: StoredChunks?
    /// Why the array cannot be read; nil where it can.
    let warning: String?

    /// Reads the metadata and counts the chunks.
    ///
    /// - Throws: ``ZarrError`` where the metadata are damaged.
    init(_ store: any ReadableStore, _ key: StoreKey = .root) throws {
        metadata = try ArrayMetadata.read(from: store, key)
        do {
            stored = try ZarrArray(metadata, store, key).storedChunks()
            warning = nil
        } catch let error as ZarrError where error.code != .ioFailure {
            stored = nil
            warning = "\(error)"
        }
    }

    /// The report for a person.
    func lines(_ style: Style) -> [String] {
        let names = metadata.dimensionNames?.map { $0 ?? "-" }.joined(separator: ", ")
        let facts: [(String, String?)] = [
            ("type", metadata.type.description), ("shape", Self.shape(metadata.shape)), ("axes", names),
            ("chunk", Self.shape(metadata.innerChunkShape)),
            ("shard", shard.map(Self.shape)),
            ("codecs", CodecSummary.names(metadata.codecs).joined(separator: ", ")),
            ("fill value", metadata.fillValue.json.description), ("chunk keys", chunkKeys),
            ("size", Quantity.bytes(byteCount)), ("stored", storedChunks), ("attributes", metadata.attributes.digest),
        ]
        let width = 12
        return facts.compactMap { word, value in value.map { "  " + style.faint(word.padded(to: width)) + $0 } }
    }

    /// The report for a program.
    func printJSON() {
        JSONLines.print(
            "array",
            [
                ("format", .string(metadata.format.description)), ("dataType", .string(metadata.type.description)),
                ("shape", JSONValue(metadata.shape)),
                ("dimensionNames", metadata.dimensionNames.map { .array($0.map { $0.map { .string($0) } ?? .null }) }),
                ("chunk", JSONValue(metadata.innerChunkShape)),
                ("shard", shard.map { JSONValue($0) }),
                ("codecs", .array(metadata.codecs.map(\.json))), ("fillValue", metadata.fillValue.json),
                ("chunkKeys", .string(chunkKeys)), ("bytes", JSONValue(byteCount)),
                ("possibleChunks", JSONValue(possibleChunks)), ("storedChunks", stored.map { JSONValue($0.count) }),
                ("storedBytes", stored.map { JSONValue($0.bytes) }),
                ("strayChunks", stored.map { JSONValue($0.strays.count) }),
                ("allCounted", stored.map { .bool($0.isComplete) }), ("attributes", metadata.attributes),
            ])
    }

    /// The shape of a shard; nil where there are none.
    private var shard: [Int]? { metadata.codecs.last?.name == "sharding_indexed" ? metadata.chunkShape : nil }
    private var byteCount: Int { metadata.shape.saturatingProduct(times: metadata.type.size) }
    private var possibleChunks: Int { metadata.gridShape.saturatingProduct() }

    /// The key of the last chunk, which shows the order of the axes: `c/3/1`.
    private var chunkKeys: String {
        "up to " + metadata.key(ofChunk: metadata.gridShape.map { max(0, $0 - 1) })
    }

    private var storedChunks: String? {
        guard let stored else { return nil }
        let about = stored.isComplete ? "" : "at least ", noun = shard == nil ? "chunks" : "shards"
        var text = "\(about)\(stored.count) of \(possibleChunks) \(noun), \(Quantity.bytes(stored.bytes))"
        if !stored.strays.isEmpty { text += ", and \(stored.strays.count) outside of the grid" }
        return text
    }

    private static func shape(_ shape: [Int]) -> String { shape.isEmpty ? "a single element" : Quantity.shape(shape) }
}
