import OMEZarr
import Testing
import Zarr

@Suite("ZarrValidator")
struct ZarrValidatorTests {
    /// A group with an array of 2 x 2 chunks, and one below it.
    private func hierarchy(_ format: ZarrFormat) throws -> MemoryStore {
        let store = MemoryStore()
        try ZarrGroup.create(store, format: format)
        try ZarrGroup.create(store, StoreKey("below"), format: format)
        for path in ["a", "below/b"] {
            let metadata = ArrayMetadata(
                format: format, shape: [4, 4], type: .uint8, chunkShape: [2, 2], codecs: [.bytes(.uint8), .gzip()])
            let array = try ZarrArray.create(store, StoreKey(path), metadata)
            for index in [[0, 0], [0, 1], [1, 0], [1, 1]] {
                try [1, 2, 3, 4].withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
                    try array.writeChunk(index, UnsafeRawBufferPointer(rebasing: bytes[..<4]), CodecWorkspace())
                }
            }
        }
        return store
    }

    private func rules(_ store: any ReadableStore, pixels: Bool = false) throws -> [Int] {
        try ZarrValidator.validate(store, pixels: pixels).findings.map(\.rule)
    }

    @Test("a sound hierarchy has no findings, and all of it is visited", arguments: [ZarrFormat.v2, .v3])
    func sound(format: ZarrFormat) throws {
        let report = try ZarrValidator.validate(hierarchy(format), pixels: true)
        #expect(report.findings.isEmpty && report.visited == 4)
    }

    @Test("each kind of damage is found under its key", arguments: [ZarrFormat.v2, .v3])
    func damage(format: ZarrFormat) throws {
        let prefix = format == .v3 ? "c/" : ""
        let document = format == .v3 ? "zarr.json" : ".zarray"
        let cases: [(key: String, bytes: [UInt8], rule: Int, severity: Finding.Severity, pixels: Bool)] = [
            ("a/\(document)", Array("{".utf8), 90, .error, false), ("a/\(prefix)0/0", [], 93, .error, false),
            ("a/\(prefix)0/0", [1, 2, 3], 94, .error, true), ("below/b/\(prefix)0/2", [1], 92, .warning, false),
        ]
        for (key, bytes, rule, severity, pixels) in cases {
            let store = try hierarchy(format)
            try store.write(StoreKey(key), bytes)
            let findings = try ZarrValidator.validate(store, pixels: pixels).findings
            #expect(findings.map(\.rule) == [rule] && findings.map(\.severity) == [severity], "\(key)")
            #expect(findings.allSatisfy { key.hasPrefix($0.key.path) && !$0.remedy.isEmpty })
        }
    }

    @Test("chunks are decoded only where that is asked for")
    func decodesOnRequest() throws {
        let store = try hierarchy(.v3)
        try store.write(StoreKey("a/c/1/1"), [1, 2, 3])
        #expect(try rules(store) == [])
        #expect(try rules(store, pixels: true) == [94])
    }

    @Test("an array without a chunk in its place is an error, one with some is not")
    func lostChunks() throws {
        let store = try hierarchy(.v2)
        for index in ["0/0", "0/1", "1/0", "1/1"] { try store.remove(StoreKey("a/\(index)")) }
        try store.write(StoreKey("a/0.0"), [1])
        let findings = try ZarrValidator.validate(store).findings
        #expect(findings.map(\.rule) == [92] && findings.map(\.severity) == [.error])
    }

    @Test("a codec that is not known here is a warning")
    func unknownCodec() throws {
        let store = try hierarchy(.v3), key = try StoreKey("a/zarr.json")
        var json = try JSONValue.parse(#require(try store.read(key)))
        json["codecs"] = [["name": "squeeze"]]
        try store.write(key, json.serialized())
        #expect(try ZarrValidator.validate(store).findings.map(\.severity) == [.warning])
    }

    @Test("a hierarchy of two formats is noted once for each node of the other")
    func mixedFormats() throws {
        let store = try hierarchy(.v3)
        try store.remove(StoreKey("below"))
        try ZarrGroup.create(store, StoreKey("below"), format: .v2)
        #expect(try rules(store) == [91])
    }

    @Test("the check ends where its caller wishes so")
    func interruption() throws {
        let store = try hierarchy(.v3)
        var calls = 0
        #expect(throws: CancellationError.self) {
            try ZarrValidator.validate(store, pixels: true) {
                calls += 1
                if calls == 3 { throw CancellationError() }
            }
        }
        #expect(calls == 3)
    }

    @Test("where nothing is, nothing is valid")
    func nothing() throws {
        let error = #expect(throws: OMEZarrError.self) { try ZarrValidator.validate(MemoryStore()) }
        #expect(error?.code == .notFound)
    }
}
