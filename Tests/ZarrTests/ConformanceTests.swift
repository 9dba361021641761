import Testing
import Zarr

/// Arrays that other people's software wrote, against the hashes of their pixels as zarr-python reads them.
@Suite(.enabled(if: SharedFolder.hasConformance))
struct ConformanceTests {
    private static let codecs: Set<String> = [
        "bytes", "transpose", "sharding_indexed", "blosc", "zstd", "gzip", "zlib", "crc32c",
    ]

    @Test("every array of codecs and types in scope reads as zarr-python reads it")
    func readsAllArrays() throws {
        let store = try DirectoryStore(path: SharedFolder.conformance, create: false)
        let document = try JSONValue.parse(#require(try store.read(StoreKey("EXPECTED_VALUES.json"))))
        let arrays = try #require(document["arrays"]?.object)
        var equal = 0
        var reasons = [String: Int]()
        for (path, expected) in arrays {
            let key = try StoreKey(path)
            if let reason = try Self.outOfScope(store, key, expected) {
                reasons[reason, default: 0] += 1
                continue
            }
            let hash = try #require(expected["sha256_C_LE"]?.string, "\(path) has no hash")
            do {
                let array = try ZarrArray.open(store, key)
                let pixels = try array.read(Region(wholeOf: array.metadata.shape))
                #expect(array.metadata.shape == expected["shape"]?.ints, "\(path)")
                let isEqual = Self.hash(pixels) == hash
                #expect(isEqual, "\(path) reads otherwise")
                equal += isEqual ? 1 : 0
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
        let list = reasons.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("conformance: \(equal) equal, \(reasons.values.reduce(0, +)) out of scope (\(list))")
        #expect(equal >= 180)
    }

    /// The hash of the elements; of strings, that of the list Python's `json.dumps` makes of them.
    private static func hash(_ pixels: PixelBuffer) -> String {
        let size = pixels.type.size
        let elements = (0..<pixels.count).map { pixels.bytes[$0 * size..<($0 + 1) * size] }
        let texts: [String]
        switch pixels.type {
        case .text:
            // All of them are ASCII, so that the lowest byte of each character tells it.
            texts = elements.map { element in
                String(
                    decoding: stride(from: 0, to: size, by: 4).map { element[element.startIndex + $0] }, as: UTF8.self)
            }
        case .raw: texts = elements.map { "b'" + String(decoding: $0, as: UTF8.self) + "'" }
        default: return SHA256.hex(pixels.bytes)
        }
        var lists = texts.map { "\"" + $0.filter { $0 != "\0" } + "\"" }
        for extent in pixels.shape.reversed() {
            lists = stride(from: 0, to: lists.count, by: extent).map {
                "[" + lists[$0..<$0 + extent].joined(separator: ", ") + "]"
            }
        }
        return SHA256.hex(Array(lists.joined().utf8))
    }

    /// Why an array is out of scope, by what its metadata names; nil where it must read.
    private static func outOfScope(_ store: DirectoryStore, _ key: StoreKey, _ expected: JSONValue) throws -> String? {
        if expected["skipped"] != nil { return "too large to be hashed" }
        switch expected["fmt"]?.int {
        case 2:
            let json = try JSONValue.parse(#require(try store.read(key.appending(".zarray"))))
            let dtype = json["dtype"]?.string ?? "structured"
            if dtype == "structured" || dtype == "|O" { return "dtype \(dtype)" }
            let names = ((json["filters"]?.array ?? []) + [json["compressor"] ?? nil]).compactMap { $0["id"]?.string }
            return names.first { !codecs.contains($0) }.map { "codec \($0)" }
        case 3:
            let json = try JSONValue.parse(#require(try store.read(key.appending("zarr.json"))))
            let type = json["data_type"]?.string ?? json["data_type"]?["name"]?.string ?? "none"
            if type == "string" { return "data type \(type)" }
            if let order = json["codecs"]?[0]?["configuration"]?["order"], order.string != nil {
                return "transpose by letter, which the specification dropped"
            }
            // The repository held a symbolic link here, which the copy turned into a file with the link's text.
            if let chunk = try store.read(key.appending("c/0/0/0")), chunk.starts(with: "../../".utf8) {
                return "link stored as text"
            }
            let names = (json["codecs"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string }
            return names.first { !codecs.contains($0) }.map { "codec \($0)" }
        default: return "no Zarr"
        }
    }
}
