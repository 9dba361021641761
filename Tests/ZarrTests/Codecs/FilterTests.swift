import Testing
import Zarr

/// The codecs of numcodecs against their plain definitions and known bytes.
struct FilterTests {
    private func pipeline(_ codecs: [CodecSpec], _ type: DataType, _ shape: [Int]) throws -> CodecPipeline {
        try CodecPipeline(codecs, chunkShape: shape, type: type, fillValue: .zero(type))
    }

    private func bytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
        elements.withUnsafeBytes { Array($0) }
    }

    private func delta(_ from: PixelType, _ to: PixelType) -> CodecSpec {
        CodecSpec("numcodecs.delta", ["dtype": .string(from.rawValue), "astype": .string(to.rawValue)])
    }

    // MARK: - Filters on elements

    @Test("delta stores the first element and differences, in any type of integers, and wraps")
    func deltaOfIntegers() throws {
        func encode<From: FixedWidthInteger & BitwiseCopyable, To: FixedWidthInteger & BitwiseCopyable>(
            _ from: PixelType, _: From.Type, _ to: PixelType, _: To.Type, _ random: inout SeededRandom
        ) throws {
            let values = (0..<2500).map { _ in From(truncatingIfNeeded: random.next()) }
            var expected = [To](), before: From = 0
            for value in values {
                expected.append(
                    To(truncatingIfNeeded: Int64(truncatingIfNeeded: value) &- Int64(truncatingIfNeeded: before)))
                before = value
            }
            let codec = try pipeline([delta(from, to), .bytes(.pixel(to))], .pixel(from), [values.count])
            let encoded = try codec.encoded(bytes(values))
            #expect(encoded == bytes(expected), "\(from) to \(to)")
            // Sums come back where the encoded type holds all bits.
            if to.size >= from.size { #expect(try codec.decoded(encoded) == bytes(values), "\(from) to \(to)") }
        }
        func encode<From: FixedWidthInteger & BitwiseCopyable>(
            _ from: PixelType, _ type: From.Type, _ random: inout SeededRandom
        ) throws {
            try encode(from, type, .int8, Int8.self, &random)
            try encode(from, type, .uint8, UInt8.self, &random)
            try encode(from, type, .int16, Int16.self, &random)
            try encode(from, type, .uint16, UInt16.self, &random)
            try encode(from, type, .int32, Int32.self, &random)
            try encode(from, type, .uint32, UInt32.self, &random)
            try encode(from, type, .int64, Int64.self, &random)
            try encode(from, type, .uint64, UInt64.self, &random)
        }
        var random = SeededRandom(seed: 31)
        try encode(.int8, Int8.self, &random)
        try encode(.uint8, UInt8.self, &random)
        try encode(.int16, Int16.self, &random)
        try encode(.uint16, UInt16.self, &random)
        try encode(.int32, Int32.self, &random)
        try encode(.uint32, UInt32.self, &random)
        try encode(.int64, Int64.self, &random)
        try encode(.uint64, UInt64.self, &random)
    }

    @Test("delta of floats adds in the type of the elements; of truth values it tells where they change")
    func deltaOfOthers() throws {
        var random = SeededRandom(seed: 32)
        let values = (0..<1500).map { _ in Float.random(in: -1000...1000, using: &random) }
        let codec = try pipeline([delta(.float32, .float32), .bytes(.float32)], .float32, [values.count])
        let differences = [values[0]] + zip(values.dropFirst(), values).map { $0 - $1 }
        let sums = differences.dropFirst().reduce(into: [differences[0]]) { $0.append($0[$0.count - 1] + $1) }
        #expect(try codec.encoded(bytes(values)) == bytes(differences))
        #expect(try codec.decoded(bytes(differences)) == bytes(sums))

        let halves = try pipeline([delta(.float16, .float16), .bytes(.float16)], .float16, [3])
        #expect(
            try halves.encoded(bytes([0x3C00, 0x4000, 0x3800] as [UInt16]))
                == bytes([0x3C00, 0x3C00, 0xBE00] as [UInt16]))

        let truth = try pipeline([delta(.bool, .bool), .bytes(.bool)], .bool, [6])
        #expect(try truth.encoded([0, 1, 1, 0, 0, 1]) == [0, 1, 0, 1, 0, 1])
        #expect(try truth.decoded([0, 1, 0, 1, 0, 1]) == [0, 1, 1, 0, 0, 1])
    }

    @Test("fixedscaleoffset stores rounded steps, ties to even, and gives back the value of the step")
    func fixedScaleOffset() throws {
        func codec(_ type: PixelType, _ astype: PixelType, _ scale: Double) throws -> CodecPipeline {
            let spec = CodecSpec(
                "numcodecs.fixedscaleoffset",
                [
                    "offset": 1000, "scale": JSONValue(scale), "dtype": .string(type.rawValue),
                    "astype": .string(astype.rawValue),
                ])
            return try pipeline([spec, .bytes(.pixel(astype))], .pixel(type), [6])
        }
        let values = [1000, 1000.11111111, 1000.25, 1000.35, 1000.99, 999.5]
        let tenths = try codec(.float64, .int8, 10)
        #expect(try tenths.encoded(bytes(values)) == bytes([0, 1, 2, 4, 10, -5] as [Int8]))
        #expect(
            try tenths.decoded(bytes([0, 1, 2, 4, 10, -5] as [Int8]))
                == bytes([0, 1, 2, 4, 10, -5].map { $0 / 10 + 1000 } as [Double]))
        // 32 bits are divided and added as 32 bits.
        let steps: [Int16] = [0, 1, 2, 3, -7, 32767]
        #expect(
            try codec(.float32, .int16, 10).decoded(bytes(steps))
                == bytes(steps.map { Float(Double($0) / 10 + 1000) }))
        let floats: [Float] = [0, 0.1, 1e30, -3, .infinity, 7]
        #expect(try codec(.float64, .float32, 3).decoded(bytes(floats)) == bytes(floats.map { Double($0 / 3 + 1000) }))
        // What no integer holds is 0, and never a trap.
        let wild: [Double] = [.nan, .infinity, -.infinity, 1e300, 1001, 1000]
        #expect(try codec(.float64, .int32, 10).encoded(bytes(wild)) == bytes([0, 0, 0, 0, 10, 0] as [Int32]))
    }

    @Test("the packbits of v2 tells its padding and fills the highest bit first")
    func packBitsOfV2() throws {
        for count in 1...40 {
            let codec = try pipeline([CodecSpec("numcodecs.packbits"), .bytes(.uint8)], .bool, [count])
            var random = SeededRandom(seed: UInt64(count))
            let values = (0..<count).map { _ in UInt8.random(in: 0...1, using: &random) }
            var expected = [UInt8](repeating: 0, count: 1 + (count + 7) / 8)
            expected[0] = UInt8((8 - count % 8) % 8)
            for (i, value) in values.enumerated() { expected[1 + i / 8] |= value << UInt8(7 - i % 8) }
            #expect(try codec.encoded(values) == expected)
            #expect(try codec.decoded(expected) == values)
            expected[0] ^= 1
            #expect { try codec.decoded(expected) } throws: { ($0 as? ZarrError)?.code == .corrupt }
        }
    }

    @Test("bitround rounds to the nearest, ties to even, carries into the exponent, and leaves NaN alone")
    func bitRound() throws {
        let spec = CodecSpec("bitround", ["keepbits": 2])
        let codec = try pipeline([spec, .bytes(.float32)], .float32, [8])
        let values: [Float] = [1.125, 1.375, 1.126, 1.99, -1.99, .infinity, Float(bitPattern: 0x7FFF_FFFF), 0]
        let rounded: [Float] = [1, 1.5, 1.25, 2, -2, .infinity, Float(bitPattern: 0x7FFF_FFFF), 0]
        #expect(try codec.encoded(bytes(values)) == bytes(rounded))
        #expect(try codec.decoded(bytes(values)) == bytes(values))
        let integers = try pipeline([spec, .bytes(.uint8)], .uint8, [3])
        #expect(try integers.decoded([1, 2, 255]) == [1, 2, 255])
    }

    @Test("filters on elements work behind a transpose, inside shards and on one another")
    func filtersInChains() throws {
        var random = SeededRandom(seed: 33)
        let turn = CodecSpec.transpose([1, 2, 0]), small = CodecSpec("numcodecs.packbits")
        let chains: [(DataType, [CodecSpec])] = [
            (.int16, [turn, delta(.int16, .int32), turn, .bytes(.int32, bigEndian: true), .zstd(), .crc32c]),
            (.uint16, [delta(.uint16, .int64), delta(.int64, .int64), .bytes(.int64)]),
            (.int32, [turn, .sharding([3, 2, 2], [turn, delta(.int32, .int32), .bytes(.int32), .gzip()])]),
            (.bool, [turn, small, .bytes(.uint8), .zstd()]),
            (.bool, [.sharding([1, 3, 2], [small, .bytes(.uint8), .crc32c], index: .start)]),
            (.float32, [CodecSpec("bitround", ["keepbits": 23]), .sharding([1, 3, 2], [.bytes(.float32)])]),
        ]
        for (type, codecs) in chains {
            let shape = [2, 3, 4], codec = try pipeline(codecs, type, shape)
            let pixels = random.bytes(24 * type.size).map { type == .bool ? $0 & 1 : $0 }
            #expect(try codec.decoded(codec.encoded(pixels)) == pixels, "\(codecs.map(\.json))")
        }
    }

    @Test("filters in the wrong place or with types that do not fit are refused")
    func refusedFilters() {
        let bytes = CodecSpec.bytes(.int16), change = delta(.int16, .int16)
        let refused: [(ZarrError.Code, DataType, [CodecSpec])] = [
            (.corrupt, .int16, [bytes, change]), (.corrupt, .int16, [change]),
            (.corrupt, .int16, [delta(.int32, .int16), bytes]), (.corrupt, .int16, [change, .zstd(), bytes]),
            (.corrupt, .int16, [CodecSpec("numcodecs.delta", ["dtype": "wild"]), bytes]),
            (.corrupt, .raw(bytes: 2), [CodecSpec("numcodecs.delta"), .bytes(.raw(bytes: 2))]),
            (.corrupt, .int16, [CodecSpec("numcodecs.packbits"), bytes]),
            (.corrupt, .int16, [CodecSpec("numcodecs.fixedscaleoffset", ["scale": 1]), bytes]),
            (.corrupt, .int16, [CodecSpec("numcodecs.fixedscaleoffset", ["scale": 0, "offset": 0]), bytes]),
            (.corrupt, .float32, [CodecSpec("bitround"), .bytes(.float32)]),
            (.corrupt, .float32, [CodecSpec("bitround", ["keepbits": -1]), .bytes(.float32)]),
            (.unsupported, .int16, [change, .sharding([1], [bytes])]),
            (.corrupt, .int16, [bytes, CodecSpec("numcodecs.shuffle")]),
            (.corrupt, .int16, [bytes, CodecSpec("numcodecs.crc32", ["location": "middle"])]),
            (.unsupported, .int16, [bytes, CodecSpec("numcodecs.pcodec")]),
            (.corrupt, .int16, [bytes, CodecSpec("numcodecs.lzma", ["format": 3])]),
            (.corrupt, .int16, [bytes, CodecSpec("numcodecs.lzma", ["format": 3, "filters": []])]),
            (.unsupported, .int16, [bytes, CodecSpec("numcodecs.lzma", ["filters": [["id": 4]]])]),
        ]
        for (code, type, codecs) in refused {
            #expect("\(codecs.map(\.json))") { try pipeline(codecs, type, [4]) } throws: {
                ($0 as? ZarrError)?.code == code
            }
        }
    }

    // MARK: - Packed bits of v3

    @Test("packbits takes the bits from first to last, the lowest first, and extends the sign")
    func packBits() throws {
        var random = SeededRandom(seed: 34)
        for type in PixelType.allCases {
            let width = type == .bool ? 1 : 8 * type.size, count = 13
            for first in stride(from: 0, to: width, by: 3) {
                for last in stride(from: first, to: width, by: 5) {
                    for padding in ["none", "first_byte", "last_byte"] {
                        let spec = CodecSpec(
                            "packbits",
                            [
                                "padding_encoding": .string(padding), "first_bit": JSONValue(first),
                                "last_bit": JSONValue(last),
                            ])
                        let codec = try pipeline([spec], .pixel(type), [count])
                        let values = (0..<count).map { _ in random.next() & (type == .bool ? 1 : .max) }
                        let (packed, kept) = Self.packed(values, type, first, last, padding)
                        let encoded = try codec.encoded(Self.little(values, type.size))
                        #expect(encoded == packed, "\(type) \(first)...\(last) \(padding)")
                        #expect(try codec.decoded(packed) == Self.little(kept, type.size), "\(type) \(first)...\(last)")
                        #expect(throws: ZarrError.self) { try codec.decoded(packed.dropLast()) }
                    }
                }
            }
        }
    }

    /// The plain definition: a list of bits, and what is left of the values.
    private static func packed(
        _ values: [UInt64], _ type: PixelType, _ first: Int, _ last: Int, _ padding: String
    ) -> ([UInt8], [UInt64]) {
        var bits = [UInt64](), kept = [UInt64]()
        for value in values {
            var left: UInt64 = 0
            for bit in first...last {
                bits.append(value >> UInt64(bit) & 1)
                left |= bits[bits.count - 1] << UInt64(bit)
            }
            if type.isSigned, bits[bits.count - 1] == 1 {
                for bit in last..<64 { left |= 1 << UInt64(bit) }
            }
            kept.append(left)
        }
        let missing = (8 - bits.count % 8) % 8
        bits += [UInt64](repeating: 0, count: missing)
        let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(UInt8(0)) { $0 | UInt8(bits[start + $1]) << UInt8($1) }
        }
        switch padding {
        case "first_byte": return ([UInt8(missing)] + bytes, kept)
        case "last_byte": return (bytes + [UInt8(missing)], kept)
        default: return (bytes, kept)
        }
    }

    private static func little(_ values: [UInt64], _ size: Int) -> [UInt8] {
        values.flatMap { value in (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) } }
    }

    // MARK: - Bytes

    @Test(
        "checksums have the values their definitions give, where they belong",
        arguments: [
            ("crc32c", [UInt8]([0x83, 0x92, 0x06, 0xE3]), false), ("numcodecs.crc32", [0x26, 0x39, 0xF4, 0xCB], true),
            ("numcodecs.adler32", [0xDE, 0x01, 0x1E, 0x09], true),
            ("numcodecs.fletcher32", [0xD5, 0x09, 0xDF, 0x09], false),
        ])
    func checksums(name: String, checksum: [UInt8], isInFront: Bool) throws {
        let content = Array("123456789".utf8)
        for location in [nil, "start", "end"] {
            let spec = CodecSpec(name, location.map { ["location": .string($0)] } ?? [:])
            let codec = try pipeline([.bytes(.uint8), spec], .uint8, [9])
            let starts = location.map { $0 == "start" } ?? isInFront
            var encoded = starts ? checksum + content : content + checksum
            #expect(try codec.encoded(content) == encoded)
            #expect(try codec.decoded(encoded) == content)
            for bit in 0..<encoded.count * 8 {
                encoded[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: ZarrError.self) { try codec.decoded(encoded) }
                encoded[bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }
    }

    @Test("the fletcher32 of little-endian words, and of HDF5 where a sum is 65535, is as good")
    func otherFletchers() throws {
        let codec = try pipeline([.bytes(.uint8), CodecSpec("numcodecs.fletcher32")], .uint8, [4])
        #expect(try codec.encoded([1, 2, 3, 4]) == [1, 2, 3, 4, 0x06, 0x04, 0x08, 0x05])
        #expect(try codec.decoded([1, 2, 3, 4, 0x04, 0x06, 0x05, 0x08]) == [1, 2, 3, 4])
        #expect(try codec.decoded([0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]) == [0xFF, 0xFF, 0, 0])
        var random = SeededRandom(seed: 35)
        // More than one block of words: sums are reduced in between.
        let many = random.bytes(300_001), last = many.count - 1
        var sums: (UInt64, UInt64) = (0, 0)
        for i in stride(from: 0, to: many.count, by: 2) {
            sums.0 = (sums.0 + UInt64(many[i]) << 8 + (i < last ? UInt64(many[i + 1]) : 0)) % 65535
            sums.1 = (sums.1 + sums.0) % 65535
        }
        #expect(many.withUnsafeBytes { Fletcher32.checksum($0) } == UInt32(sums.1 << 16 | sums.0))
    }

    @Test("shuffle puts the bytes of elements side by side and leaves the last ones")
    func shuffle() throws {
        let codec = try pipeline(
            [.bytes(.uint8), CodecSpec("numcodecs.shuffle", ["elementsize": 3])], .uint8, [8])
        #expect(try codec.encoded([1, 2, 3, 4, 5, 6, 7, 8]) == [1, 4, 2, 5, 3, 6, 7, 8])
        #expect(try codec.decoded([1, 4, 2, 5, 3, 6, 7, 8]) == [1, 2, 3, 4, 5, 6, 7, 8])
        let none = try pipeline([.bytes(.uint8), CodecSpec("numcodecs.shuffle", ["elementsize": 0])], .uint8, [3])
        #expect(try none.decoded(none.encoded([7, 8, 9])) == [7, 8, 9])
    }

    @Test("an lz4 chunk is its size and one block")
    func lz4() throws {
        let codec = try pipeline([.bytes(.uint8), CodecSpec("numcodecs.lz4")], .uint8, [5])
        #expect(try codec.encoded([1, 2, 3, 4, 5]) == [5, 0, 0, 0, 0x50, 1, 2, 3, 4, 5])
        for wrong: [UInt8] in [[], [5, 0, 0], [6, 0, 0, 0, 0x50, 1, 2, 3, 4, 5], [0xFF, 0xFF, 0xFF, 0xFF, 0x50]] {
            #expect { try codec.decoded(wrong) } throws: { ($0 as? ZarrError)?.code == .corrupt }
        }
    }

    @Test("bz2 and xz streams that follow one another are read to the end", arguments: ["bz2", "lzma"])
    func severalStreams(name: String) throws {
        func stream(_ bytes: [UInt8]) throws -> [UInt8] {
            try pipeline([.bytes(.uint8), CodecSpec("numcodecs.\(name)")], .uint8, [bytes.count]).encoded(bytes)
        }
        let codec = try pipeline([.bytes(.uint8), CodecSpec("numcodecs.\(name)")], .uint8, [5])
        #expect(try codec.decoded(stream([1, 2]) + stream([3]) + stream([4, 5])) == [1, 2, 3, 4, 5])
        #expect(throws: ZarrError.self) { try codec.decoded(stream([1, 2, 3, 4, 5]) + [1]) }
        #expect(throws: ZarrError.self) { try codec.decoded(stream([1, 2, 3, 4, 5]) + stream([6])) }
    }

    @Test("lzma data that claim a dictionary of gigabytes are refused before memory is taken")
    func lzmaLimit() throws {
        let alone = try pipeline([.bytes(.uint8), CodecSpec("numcodecs.lzma", ["format": 2])], .uint8, [5])
        let header: [UInt8] = [0x5D, 0, 0, 0, 0xC0] + [UInt8](repeating: 0xFF, count: 8) + [0, 0, 0, 0, 0]
        let filters: JSONValue = [["id": 33, "dict_size": 1_610_612_736]]
        let raw = try pipeline(
            [.bytes(.uint8), CodecSpec("numcodecs.lzma", ["format": 3, "filters": filters])], .uint8, [5])
        for (codec, bytes) in [(alone, header), (raw, [1, 0, 4, 1, 2, 3, 4, 5, 0])] {
            #expect { try codec.decoded(bytes) } throws: { ($0 as? ZarrError)?.code == .limitExceeded }
        }
    }
}
