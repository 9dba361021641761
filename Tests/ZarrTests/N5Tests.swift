import Testing
import Zarr

@Suite("N5")
struct N5Tests {
    private func attributes(
        _ dimensions: [Int], _ blockSize: [Int], _ type: String = "uint16", _ compression: JSONValue = ["type": "raw"]
    ) -> JSONValue {
        [
            "dimensions": JSONValue(dimensions), "blockSize": JSONValue(blockSize), "dataType": .string(type),
            "compression": compression,
        ]
    }

    /// A block as the specification describes it: mode, axes, extents, elements.
    private func block(_ shape: [Int], _ values: [UInt16], mode: UInt16 = 0, axes: Int? = nil) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        return bytes(mode) + bytes(UInt16(axes ?? shape.count)) + shape.flatMap { bytes(UInt32($0)) }
            + values.flatMap { bytes($0) }
    }

    private func store(_ attributes: JSONValue, _ blocks: [String: [UInt8]] = [:]) throws -> MemoryStore {
        let store = MemoryStore()
        try store.write(StoreKey("attributes.json"), attributes.serialized())
        for (key, bytes) in blocks { try store.write(StoreKey(key), bytes) }
        return store
    }

    private func values(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> [UInt16] {
        let array = try ZarrArray.open(store, key)
        return try array.read(Region(wholeOf: array.metadata.shape)).elements()
    }

    // MARK: - Metadata

    @Test("the lists of a dataset are reversed, and what is not N5's own stays among the attributes")
    func metadata() throws {
        var json = attributes([5, 4, 3], [2, 3, 1], "float32", ["type": "gzip", "level": -1])
        json["axes"] = ["x", "y", "z"]
        let metadata = try ArrayMetadata.n5(attributes: json)
        #expect(metadata.format == .n5 && metadata.shape == [3, 4, 5] && metadata.chunkShape == [1, 3, 2])
        #expect(metadata.type == .float32 && metadata.fillValue == .zero(.float32))
        #expect(metadata.dimensionNames == ["z", "y", "x"] && metadata.attributes == ["axes": ["x", "y", "z"]])
        #expect(metadata.key(ofChunk: [2, 1, 0]) == "0/1/2")
    }

    @Test(
        "every number type is read, in both spellings of the compression",
        arguments: PixelType.allCases.filter { $0 != .bool && $0 != .float16 })
    func types(type: PixelType) throws {
        var json = attributes([4], [4], type.rawValue)
        #expect(try ArrayMetadata.n5(attributes: json).type == .pixel(type))
        json["compression"] = nil
        json["compressionType"] = "gzip"
        #expect(try ArrayMetadata.n5(attributes: json).type == .pixel(type))
    }

    @Test("what cannot be read is refused by name")
    func refusals() throws {
        let cases: [(String, JSONValue, ZarrError.Code, String)] = [
            ("dataType", "object", .unsupported, "\"object\""), ("dataType", "string", .unsupported, "\"string\""),
            ("dataType", "bool", .unsupported, "\"bool\""), ("dataType", 3, .corrupt, "dataType"),
            ("compression", ["type": "jpeg"], .unsupported, "\"jpeg\""),
            ("compression", "raw", .corrupt, "compression"), ("compression", [:], .corrupt, "compression"),
            ("dimensions", [], .corrupt, "dimensions"), ("dimensions", [1.5, 2], .corrupt, "dimensions"),
            ("dimensions", [-1, 4], .corrupt, "shape"), ("blockSize", [2], .corrupt, "chunk shape"),
            ("blockSize", [0, 2], .corrupt, "chunk shape"), ("blockSize", .null, .corrupt, "blockSize"),
            ("dimensions", [281_474_976_710_656, 281_474_976_710_656], .corrupt, "bytes"),
        ]
        for (name, value, code, words) in cases {
            var json = attributes([5, 4], [3, 2])
            json[name] = value
            let error = try #require(throws: ZarrError.self) { try ArrayMetadata.n5(attributes: json) }
            #expect(error.code == code && error.message.contains(words), "\(error)")
            let store = try store(json)
            let opening = #expect(throws: ZarrError.self) { try ZarrArray.open(store) }
            #expect(opening?.key?.path == "attributes.json")
        }
    }

    @Test("N5 is not written, and no zarr.json names its keys")
    func notWritten() throws {
        let metadata = try ArrayMetadata.n5(attributes: attributes([5], [5]))
        #expect(throws: ZarrError.self) { try ZarrArray.create(MemoryStore(), .root, metadata) }
        #expect(throws: ZarrError.self) { try ZarrGroup.create(MemoryStore(), .root, format: .n5) }
        var v3 = metadata
        v3.format = .v3
        #expect(throws: ZarrError.self) { try ArrayMetadata(json: v3.json()) }
    }

    // MARK: - Blocks

    @Test("blocks at the edge are read cut off, padded, or neither, side by side in one array")
    func edges() throws {
        // 5 x 4 in blocks of 3 x 2; the value of an element is 10 y + x, 99 is padding.
        let whole = attributes([5, 4], [3, 2])
        let cut = block([2, 2], [3, 4, 13, 14]), padded = block([3, 2], [23, 24, 99, 33, 34, 99])
        let store = try store(
            whole, ["0/0": block([3, 2], [0, 1, 2, 10, 11, 12]), "1/0": cut, "1/1": padded])
        #expect(try values(store) == [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 0, 0, 0, 23, 24, 0, 0, 0, 33, 34])
    }

    @Test("a block smaller than its place leaves zeros")
    func smallBlock() throws {
        let store = try store(attributes([3, 2], [3, 2]), ["0/0": block([2, 1], [7, 8])])
        #expect(try values(store) == [7, 8, 0, 0, 0, 0])
    }

    @Test("every cut of every small block reads as its elements and zeros")
    func everyCut() throws {
        let size = [3, 2, 4]
        for shape in indices(size).map({ $0.map { $0 + 1 } }) {
            let count = shape.reduce(1, *)
            let store = try store(
                attributes(size, size), ["0/0/0": block(shape, (0..<count).map { UInt16($0 + 1) })])
            let expected = indices(size.reversed()).map { index -> UInt16 in
                let (z, y, x) = (index[0], index[1], index[2])
                guard x < shape[0], y < shape[1], z < shape[2] else { return 0 }
                return UInt16((z * shape[1] + y) * shape[0] + x + 1)
            }
            #expect(try values(store) == expected, "\(shape)")
        }
    }

    @Test("damaged and foreign blocks are refused, and the error names the key")
    func damagedBlocks() throws {
        let sound = block([3, 2], [0, 1, 2, 10, 11, 12])
        let cases: [(String, [UInt8], ZarrError.Code)] = [
            ("6 axes", block([3, 2], [1], axes: 6), .corrupt), ("does not fit", block([4, 2], []), .corrupt),
            ("does not fit", block([0, 2], []), .corrupt), ("varlength", block([3, 2], [], mode: 1), .unsupported),
            ("object", [0, 2, 0, 0, 0, 1], .unsupported), ("unknown", [9, 9, 0, 0], .unsupported),
            ("12 bytes of pixels were expected", sound.dropLast(), .corrupt),
            ("12 bytes of pixels were expected", sound + [0], .corrupt),
            ("does not fit", block([0xFFFF_FFFF, 0xFFFF_FFFF], []), .corrupt),
        ]
        for (words, bytes, code) in cases + (0..<12).map({ ("header", Array(sound.prefix($0)), .corrupt) }) {
            let store = try store(attributes([3, 2], [3, 2]), ["0/0": bytes])
            let error = try #require(throws: ZarrError.self) { try values(store) }
            #expect(error.code == code && error.message.contains(words), "\(error)")
            #expect(error.key?.path == "0/0")
        }
    }

    @Test(
        "compressions are those of the attributes", arguments: ["gzip", "zlib", "bzip2", "xz", "lz4", "zstd", "blosc"])
    func compressions(name: String) throws {
        let pixels: [UInt8] = (0..<48).flatMap { [0, UInt8($0)] }
        let codec: CodecSpec =
            switch name {
            case "gzip": .gzip()
            case "zlib": .zlib()
            case "bzip2": CodecSpec("numcodecs.bz2")
            case "xz": CodecSpec("numcodecs.lzma")
            case "lz4": CodecSpec("n5.lz4")
            case "zstd": .zstd()
            default: .blosc(.uint16)
            }
        let compressed = try CodecPipeline(
            [.bytes(.uint8), codec], chunkShape: [96], type: .uint8, fillValue: .zero(.uint8)
        ).encoded(pixels)
        let compression: JSONValue = [
            "type": .string(name == "zlib" ? "gzip" : name), "useZlib": .bool(name == "zlib"),
        ]
        let store = try store(
            attributes([8, 6], [8, 6], "uint16", compression), ["0/0": block([8, 6], []) + compressed])
        #expect(try values(store) == Array(0..<48))
    }

    @Test("the lz4 of N5 is blocks with headers and checksums, until an empty one")
    func lz4BlockStream() throws {
        // Written by hand: one stored block, one of LZ4 (a literal, a match of 11 behind it, 5 literals), the end.
        let header = Array("LZ4Block".utf8)
        func block(_ method: UInt8, _ bytes: [UInt8], _ count: Int, _ checksum: UInt32) -> [UInt8] {
            let numbers = [UInt32(bytes.count), UInt32(count), checksum].map(\.littleEndian)
            return header + [method] + numbers.withUnsafeBytes { Array($0) } + bytes
        }
        let stored = block(0x16, Array("abc".utf8), 3, Self.checksum(Array("abc".utf8)))
        let packed = block(
            0x26, [0x17, 0x61, 1, 0, 0x50, 0x61, 0x61, 0x61, 0x61, 0x61], 17,
            Self.checksum([UInt8](repeating: 0x61, count: 17)))
        let end = block(0x16, [], 0, 0)
        let pipeline = try CodecPipeline(
            [.bytes(.uint8), CodecSpec("n5.lz4")], chunkShape: [20], type: .uint8, fillValue: .zero(.uint8))
        let sound = stored + packed + end
        #expect(try pipeline.decoded(sound) == Array("abc".utf8) + [UInt8](repeating: 0x61, count: 17))
        // Every cut is incomplete, and every byte but those of a level says something.
        for count in 0..<sound.count {
            #expect(throws: ZarrError.self) { try pipeline.decoded(Array(sound[..<count])) }
        }
        for place in 0..<sound.count - 4 {
            var damaged = sound
            damaged[place] ^= 0x10
            #expect(throws: ZarrError.self, "byte \(place)") { try pipeline.decoded(damaged) }
        }
    }

    @Test("the checksum of lz4 is xxHash, by the values its author gives")
    func xxHash() {
        let known: [(String, UInt32)] = [
            ("", 0x02CC_5D05), ("abc", 0x32D1_53FF), ("Nobody inspects the spammish repetition", 0xE229_3B2F),
        ]
        for (text, expected) in known {
            #expect(Array(text.utf8).withUnsafeBytes { XXHash32.of($0, seed: 0) } == expected, "\(text)")
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { XXHash32.of($0, seed: 0x9747_B28C) } & 0x0FFF_FFFF
    }

    // MARK: - Zarr v3

    @Test("an array of Zarr v3 with n5_default holds the same blocks as N5, its axes in the order of N5")
    func n5DefaultEqualsN5() throws {
        var random = SeededRandom(seed: 5)
        for shape in [[7], [5, 4], [4, 3, 5]] {
            let blockSize = shape.map { Int.random(in: 1...$0, using: &random) }
            let reversal = Array(shape.indices.reversed())
            let inner = [CodecSpec.transpose(reversal), .bytes(.uint16, bigEndian: true), .zstd()]
            let metadata = ArrayMetadata(
                shape: shape, type: .uint16, chunkShape: blockSize,
                codecs: [CodecSpec("n5_default", ["codecs": .array(inner.map(\.json))])], keyEncoding: .v2(.slash))
            let store = MemoryStore()
            let image = PixelBuffer(shape: shape, type: .uint16, bytes: random.bytes(2 * shape.reduce(1, *)))
            try ZarrArray.create(store, .root, metadata).writeAll(image)
            #expect(try ZarrArray.open(store).read(Region(wholeOf: shape)).bytes == image.bytes)

            try store.remove(StoreKey("zarr.json"))
            try store.write(
                StoreKey("attributes.json"), attributes(shape, blockSize, "uint16", ["type": "zstd"]).serialized())
            var n5 = try ZarrArray.open(store).read(Region(wholeOf: shape.reversed()))
            var turned = PixelBuffer(shape: shape, type: .uint16)
            turned.withPixels { target in n5.withPixels { target.copy(from: $0.permuted(reversal)) } }
            #expect(turned.bytes == image.bytes)
        }
    }

    @Test(
        "codecs that no block of N5 has are refused",
        arguments: [
            [.bytes(.uint16)], [.zstd()], [.transpose([0, 1]), .bytes(.uint16, bigEndian: true)],
            [.transpose([1, 0]), .transpose([1, 0]), .bytes(.uint16, bigEndian: true)],
            [.sharding([1, 1], [.bytes(.uint16, bigEndian: true)])],
        ] as [[CodecSpec]])
    func foreignCodecs(inner: [CodecSpec]) throws {
        let codec = CodecSpec("n5_default", ["codecs": .array(inner.map(\.json))])
        let error = #expect(throws: ZarrError.self) {
            try CodecPipeline([codec], chunkShape: [4, 2], type: .uint16, fillValue: .zero(.uint16))
        }
        #expect(error?.code == .corrupt)
    }

    // MARK: - Hierarchies

    @Test("every directory below a root of N5 is a group, with attributes or without")
    func groups() throws {
        let store = MemoryStore()
        try store.write(StoreKey("attributes.json"), (["n5": "4.0.0"] as JSONValue).serialized())
        try store.write(StoreKey("volumes/raw/attributes.json"), attributes([1], [1]).serialized())
        try store.write(StoreKey("labels/attributes.json"), (["k": 1] as JSONValue).serialized())
        let root = try ZarrGroup.open(store)
        #expect(root.format == .n5 && root.attributes == ["n5": "4.0.0"])
        #expect(try ZarrGroup.open(store, StoreKey("volumes")).attributes == [:])
        #expect(try ZarrGroup.open(store, StoreKey("labels")).attributes == ["k": 1])
        #expect(try ZarrArray.open(store, StoreKey("volumes/raw")).metadata.format == .n5)
        for key in ["volumes/raw", "volumes/none", "none"] {
            let error = #expect(throws: ZarrError.self) { try ZarrGroup.open(store, StoreKey(key)) }
            #expect(error?.code == .notFound)
        }
        let error = #expect(throws: ZarrError.self) { try ZarrArray.open(store, StoreKey("volumes")) }
        #expect(error?.code == .notFound && error?.message.contains("attributes.json") == true)
    }

    @Test("a directory that is no N5 is no group, and Zarr comes before N5")
    func otherDirectories() throws {
        let store = MemoryStore()
        try store.write(StoreKey("a/b.txt"), [1])
        #expect(throws: ZarrError.self) { try ZarrGroup.open(store, StoreKey("a")) }
        let metadata = ArrayMetadata(format: .v2, shape: [2], type: .uint8, chunkShape: [2], codecs: [.bytes(.uint8)])
        _ = try ZarrArray.create(store, .root, metadata)
        try store.write(StoreKey("attributes.json"), attributes([1], [1]).serialized())
        #expect(try ZarrArray.open(store).metadata.format == .v2)
    }

    @Test("attributes that are no object are damaged, not absent", arguments: ["[1]", "{", "\"dimensions\"", ""])
    func damagedAttributes(text: String) throws {
        let store = MemoryStore()
        try store.write(StoreKey("attributes.json"), Array(text.utf8))
        let array = #expect(throws: ZarrError.self) { try ZarrArray.open(store) }
        let group = #expect(throws: ZarrError.self) { try ZarrGroup.open(store) }
        #expect(array?.code == .corrupt && group?.code == .corrupt && array?.key?.path == "attributes.json")
    }
}
