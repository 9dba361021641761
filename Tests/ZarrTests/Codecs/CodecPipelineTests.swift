import Testing
import Zarr

/// Chains of codecs, for every type and odd shapes.
struct CodecPipelineTests {
    static func chains(_ type: DataType, rank: Int) -> [[CodecSpec]] {
        let bytes = CodecSpec.bytes(type)
        var chains: [[CodecSpec]] = [
            [bytes], [.bytes(type, bigEndian: true)],
            [CodecSpec("bytes", ["endian": "big"]), .crc32c],
            [bytes, .gzip(level: 0)], [bytes, .gzip(level: 9)], [bytes, .zlib(level: 3)], [bytes, .crc32c],
            [bytes, .zstd(level: -5)], [bytes, .zstd(level: 3, checksum: true)],
            [bytes, .zstd(), .crc32c], [bytes, .crc32c, .gzip(), .zstd(), .crc32c],
            [bytes, .blosc(type, "lz4", shuffle: .bits)], [bytes, .blosc(type, "blosclz")],
            [bytes, .blosc(type, "lz4hc", shuffle: .none)], [bytes, .blosc(type, "zlib")],
            [bytes, .blosc(type, "zstd", shuffle: .bits), .zstd()],
        ]
        for level in [0, 1, 9] {
            for shuffle in [CodecSpec.BloscShuffle.none, .bytes] {
                chains.append([bytes, .blosc(type, level: level, shuffle: shuffle)])
            }
        }
        chains += filters(type).map { [bytes, $0] }
        chains.append([bytes] + filters(type))
        if let pixel = type.pixel {
            chains.append([CodecSpec("packbits")])
            chains.append([CodecSpec("packbits", ["padding_encoding": "first_byte"]), .gzip(), .crc32c])
            let number = JSONValue.string(pixel.rawValue)
            if !pixel.isFloat { chains.append([CodecSpec("numcodecs.delta", ["dtype": number]), bytes, .zstd()]) }
        }
        for order in permutations(rank) where rank > 0 {
            chains.append([.transpose(order), .bytes(type, bigEndian: true), .blosc(type)])
        }
        if rank == 3 { chains.append([.transpose([1, 2, 0]), .transpose([1, 2, 0]), bytes, .zstd()]) }
        return chains
    }

    /// Codecs of numcodecs that turn bytes into bytes.
    static func filters(_ type: DataType) -> [CodecSpec] {
        [
            CodecSpec("numcodecs.shuffle", ["elementsize": JSONValue(type.size)]), CodecSpec("numcodecs.crc32"),
            CodecSpec("numcodecs.adler32", ["location": "end"]), CodecSpec("crc32c", ["location": "start"]),
            CodecSpec("numcodecs.fletcher32"), CodecSpec("numcodecs.lz4", ["acceleration": -1]),
            CodecSpec("numcodecs.bz2", ["level": 9]), CodecSpec("numcodecs.lzma", ["preset": 0]),
            CodecSpec("numcodecs.lzma", ["format": 2, "preset": 1]),
            CodecSpec(
                "numcodecs.lzma",
                ["format": 3, "filters": [["id": 3, "dist": 2], ["id": 33, "preset": 1, "dict_size": 65536]]]),
            CodecSpec("numcodecs.lzma", ["check": 1, "filters": [["id": 33, "lc": 2, "depth": 3]]]),
        ]
    }

    static func permutations(_ count: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return permutations(count - 1).flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [count - 1] + Array(rest[$0...]) }
        }
    }

    @Test("every chain gives back what it was given", arguments: DataType.samples)
    func roundTrips(type: DataType) throws {
        var random = SeededRandom(seed: 7)
        let workspace = CodecWorkspace()
        for shape in [[], [1], [7], [129], [3, 5], [31, 33], [2, 3, 4], [5, 1, 17], [1, 1, 1]] as [[Int]] {
            let count = shape.reduce(1, *) * type.size
            for codecs in Self.chains(type, rank: shape.count) {
                let pipeline = try CodecPipeline(codecs, chunkShape: shape, type: type, fillValue: .zero(type))
                for bytes in [random.bytes(count), random.smoothBytes(count), [UInt8](repeating: 0, count: count)] {
                    let pixels = type == .bool ? bytes.map { $0 & 1 } : bytes
                    let encoded = ByteBlock()
                    encoded.append(count: 3)
                    try pixels.withUnsafeBytes { try pipeline.encode($0, into: encoded, workspace) }
                    var decoded = [UInt8](repeating: 0xAA, count: count)
                    try decoded.withUnsafeMutableBytes { try pipeline.decode(encoded.bytes, into: $0, workspace) }
                    #expect(decoded == pixels, "\(codecs.map(\.json)) of \(shape)")
                }
            }
        }
    }

    @Test("transpose stores the axes in the order given, also where the order is not its own inverse")
    func transposeDirection() throws {
        let pipeline = try CodecPipeline(
            [.transpose([1, 2, 0]), .bytes(.uint8)], chunkShape: [2, 3, 4], type: .uint8, fillValue: .zero(.uint8))
        let pixels = (0..<24).map { UInt8($0) }
        let encoded = ByteBlock()
        try pixels.withUnsafeBytes { try pipeline.encode($0, into: encoded, CodecWorkspace()) }
        var expected = [UInt8]()
        for b in 0..<3 { for c in 0..<4 { for a in 0..<2 { expected.append(UInt8(a * 12 + b * 4 + c)) } } }
        #expect(Array(encoded.bytes) == expected)
    }

    @Test("transpose takes the letters of drafts, and is written in numbers")
    func transposeByLetter() throws {
        for (letter, order) in [("C", [0, 1, 2]), ("F", [2, 1, 0])] {
            let byLetter = CodecSpec("transpose", ["order": .string(letter)])
            func encoded(_ codec: CodecSpec) throws -> [UInt8] {
                try CodecPipeline(
                    [codec, .bytes(.uint8)], chunkShape: [2, 3, 4], type: .uint8, fillValue: .zero(.uint8)
                ).encoded((0..<24).map { UInt8($0) })
            }
            #expect(try encoded(byLetter) == encoded(.transpose(order)))
            let metadata = ArrayMetadata(
                shape: [2, 3, 4], type: .uint8, chunkShape: [2, 3, 4],
                codecs: [.sharding([2, 3, 4], [byLetter, .bytes(.uint8)])])
            #expect(metadata.json()["codecs"]?[0]?["configuration"]?["codecs"]?[0] == CodecSpec.transpose(order).json)
        }
    }

    @Test("big-endian elements lie in the file with their highest byte first")
    func bigEndian() throws {
        let pipeline = try CodecPipeline(
            [.bytes(.uint32, bigEndian: true)], chunkShape: [2], type: .uint32, fillValue: .zero(.uint32))
        let encoded = ByteBlock()
        try [0x0102_0304, 5 as UInt32].withUnsafeBytes { try pipeline.encode($0, into: encoded, CodecWorkspace()) }
        #expect(Array(encoded.bytes) == [1, 2, 3, 4, 0, 0, 0, 5])
    }

    @Test("gzip streams of several members, and zeros behind them, are read to the end")
    func gzipMembers() throws {
        let workspace = CodecWorkspace()
        func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
            let pipeline = try CodecPipeline(
                [.bytes(.uint8), .gzip()], chunkShape: [bytes.count], type: .uint8, fillValue: .zero(.uint8))
            let encoded = ByteBlock()
            try bytes.withUnsafeBytes { try pipeline.encode($0, into: encoded, workspace) }
            return Array(encoded.bytes)
        }
        let pipeline = try CodecPipeline(
            [.bytes(.uint8), .gzip()], chunkShape: [5], type: .uint8, fillValue: .zero(.uint8))
        for padding in [0, 1, 512] {
            let stream = try gzip([1, 2]) + gzip([3]) + gzip([4, 5]) + [UInt8](repeating: 0, count: padding)
            var pixels = [UInt8](repeating: 0, count: 5)
            try stream.withUnsafeBytes { encoded in
                try pixels.withUnsafeMutableBytes { try pipeline.decode(encoded, into: $0, workspace) }
            }
            #expect(pixels == [1, 2, 3, 4, 5])
        }
    }

    @Test("zstd frames that do not say their size are read")
    func zstdWithoutContentSize() throws {
        // zstd 1.5.4, `printf 'zarrzarrzarrzarrzarrzarr' | zstd -c --no-content-size --no-check`.
        let frame: [UInt8] = [
            0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x55, 0x00, 0x00, 0x20, 0x7A, 0x61, 0x72, 0x72, 0x01, 0x00, 0xD3, 0x8E,
            0x08,
        ]
        let pipeline = try CodecPipeline(
            [.bytes(.uint8), .zstd()], chunkShape: [24], type: .uint8, fillValue: .zero(.uint8))
        var pixels = [UInt8](repeating: 0, count: 24)
        try frame.withUnsafeBytes { encoded in
            try pixels.withUnsafeMutableBytes { try pipeline.decode(encoded, into: $0, CodecWorkspace()) }
        }
        #expect(String(decoding: pixels, as: UTF8.self) == String(repeating: "zarr", count: 6))
    }

    @Test(
        "a chunk too short or too long is corrupt",
        arguments: ["raw", "zstd", "gzip", "zlib", "blosc", "crc32c", "lz4", "bz2", "lzma", "shuffle", "crc32"])
    func wrongSizes(name: String) throws {
        let tail: [CodecSpec] =
            switch name {
            case "zstd": [.zstd()]
            case "gzip": [.gzip()]
            case "zlib": [.zlib()]
            case "blosc": [.blosc(.uint16)]
            case "crc32c": [.crc32c]
            case "shuffle": [CodecSpec("numcodecs.shuffle", ["elementsize": 2])]
            case "lz4", "bz2", "lzma", "crc32": [CodecSpec("numcodecs.\(name)")]
            default: []
            }
        let workspace = CodecWorkspace()
        func pipeline(_ count: Int) throws -> CodecPipeline {
            try CodecPipeline(
                [.bytes(.uint16)] + tail, chunkShape: [count], type: .uint16, fillValue: .zero(.uint16))
        }
        for stored in [1, 99, 101, 300] {
            let encoded = ByteBlock()
            let pixels = [UInt16](repeating: 3, count: stored)
            try pixels.withUnsafeBytes { try pipeline(stored).encode($0, into: encoded, workspace) }
            var decoded = [UInt16](repeating: 0, count: 100)
            #expect {
                try decoded.withUnsafeMutableBytes { try pipeline(100).decode(encoded.bytes, into: $0, workspace) }
            } throws: {
                ($0 as? ZarrError)?.code == .corrupt
            }
        }
    }

    @Test("an unknown codec is unsupported and named")
    func unknownCodec() {
        #expect {
            try CodecPipeline(
                [.bytes(.uint8), CodecSpec("lz77")], chunkShape: [1], type: .uint8, fillValue: .zero(.uint8))
        } throws: {
            ($0 as? ZarrError)?.code == .unsupported && "\($0)".contains("\"lz77\"")
        }
    }

    @Test("a list of any number of codecs is refused before it is followed")
    func tooManyCodecs() throws {
        let bytes = CodecSpec.bytes(.uint8), delta = CodecSpec("numcodecs.delta")
        for codecs in [
            [bytes] + [CodecSpec](repeating: .crc32c, count: 31), [CodecSpec](repeating: delta, count: 31) + [bytes],
        ] {
            let pipeline = try CodecPipeline(codecs, chunkShape: [3], type: .uint8, fillValue: .zero(.uint8))
            #expect(try pipeline.decoded(pipeline.encoded([7, 8, 9])) == [7, 8, 9])
        }
        for codecs in [
            [bytes] + [CodecSpec](repeating: .crc32c, count: 100_000),
            [CodecSpec](repeating: delta, count: 100_000) + [bytes],
            [.sharding([3], [bytes] + [CodecSpec](repeating: .crc32c, count: 32))],
        ] {
            #expect {
                try CodecPipeline(codecs, chunkShape: [3], type: .uint8, fillValue: .zero(.uint8))
            } throws: {
                ($0 as? ZarrError)?.code == .unsupported
            }
        }
    }

    @Test("codecs out of order, doubled, missing or badly configured are corrupt")
    func refusesBadChains() {
        let bytes = CodecSpec.bytes(.uint16)
        let bad: [[CodecSpec]] = [
            [], [.zstd()], [.zstd(), bytes], [bytes, bytes], [bytes, .transpose([0, 1])], [.transpose([0, 1])],
            [.transpose([0, 0]), bytes], [.transpose([0]), bytes], [.transpose([1, 2]), bytes],
            [CodecSpec("transpose", ["order": "X"]), bytes], [CodecSpec("bytes")],
            [CodecSpec("bytes", ["endian": "middle"])], [bytes, CodecSpec("zstd", ["level": 23])],
            [bytes, CodecSpec("gzip", ["level": "high"])], [bytes, CodecSpec("blosc", ["clevel": 10])],
            [bytes, CodecSpec("blosc", ["shuffle": "wild"])], [CodecSpec("sharding_indexed")],
            [.sharding([3, 4], [bytes])], [.sharding([0, 4], [bytes])], [.sharding([4], [bytes])],
            [.sharding([4, 4], [])], [bytes, .sharding([4, 4], [bytes])], [bytes, CodecSpec("packbits")],
            [CodecSpec("packbits", ["padding_encoding": "twice"])], [CodecSpec("packbits", ["first_bit": 16])],
            [CodecSpec("packbits", ["first_bit": 5, "last_bit": 4])], [CodecSpec("packbits", ["last_bit": "7"])],
            [.sharding([2, 2], [bytes, .zstd()]), CodecSpec("bytes")],
        ]
        for codecs in bad {
            #expect(throws: ZarrError.self, "\(codecs.map(\.json))") {
                try CodecPipeline(codecs, chunkShape: [4, 4], type: .uint16, fillValue: .zero(.uint16))
            }
        }
    }
}
