import Testing
import Zarr

/// Damaged files give an error or pixels, never a crash, a hang or a claim on memory.
struct DamageTests {
    private static let bytes = CodecSpec.bytes(.uint16)
    private static let chains: [[CodecSpec]] = [
        [bytes], [bytes, .gzip()], [bytes, .zlib()], [bytes, .zstd(checksum: true)], [bytes, .crc32c],
        [bytes, .blosc(.uint16)], [bytes, .blosc(.uint16, "lz4")], [bytes, .blosc(.uint16, "zlib", shuffle: .bits)],
        [bytes, .blosc(.uint16, "blosclz")], [bytes, .blosc(.uint16, shuffle: .bits)],
        [.transpose([1, 0]), .sharding([4, 4], [bytes, .zstd()])],
        [.sharding([8, 4], [.sharding([4, 4], [bytes, .gzip()], index: .start)])],
        [.sharding([4, 4], [bytes]), .zstd()],
        [bytes, CodecSpec("numcodecs.lz4")], [bytes, CodecSpec("numcodecs.bz2")], [bytes, CodecSpec("numcodecs.lzma")],
        [bytes, CodecSpec("numcodecs.shuffle", ["elementsize": 2]), CodecSpec("numcodecs.crc32")],
        [bytes, CodecSpec("numcodecs.adler32")], [bytes, CodecSpec("numcodecs.fletcher32")],
        [CodecSpec("numcodecs.delta", ["astype": "int32"]), .bytes(.int32), .gzip()],
        [CodecSpec("packbits", ["padding_encoding": "last_byte"]), .crc32c],
    ]
    /// Codecs that notice every change of the pixels.
    private static let checked: Set<String> = [
        "crc32c", "gzip", "zlib", "numcodecs.bz2", "numcodecs.lzma", "numcodecs.crc32", "numcodecs.adler32",
        "numcodecs.fletcher32",
    ]

    /// Opens and reads whatever is there; true where that worked.
    private func reads(_ store: MemoryStore) throws -> [UInt8]? {
        do {
            let array = try ZarrArray.open(store)
            let count = array.metadata.shape.reduce(1.0) { $0 * Double($1) }
            // A damaged digit can make an array of any size, which would be right to read and takes too long here.
            guard count < 1e6 else { return nil }
            return try array.read(Region(wholeOf: array.metadata.shape)).bytes
        } catch is ZarrError {
            return nil
        }
    }

    @Test("damaged chunks", arguments: chains.indices)
    func chunks(chain: Int) throws {
        var random = SeededRandom(seed: UInt64(chain))
        let codecs = Self.chains[chain], store = MemoryStore()
        let metadata = ArrayMetadata(shape: [16, 16], type: .uint16, chunkShape: [16, 16], codecs: codecs)
        let image = PixelBuffer(shape: [16, 16], type: .uint16, bytes: random.smoothBytes(512))
        try ZarrArray.create(store, .root, metadata).writeAll(image)
        #expect(try reads(store) == image.bytes)
        let key = try StoreKey("c/0/0"), sound = try #require(try store.read(key))
        let isChecked = codecs.contains { Self.checked.contains($0.name) }
        for bit in 0..<sound.count * 8 {
            var damaged = sound
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try store.write(key, damaged)
            let pixels = try reads(store)
            // gzip's header holds a time and flags that mean nothing here, so some flips are harmless.
            if isChecked { #expect(pixels == nil || pixels == image.bytes, "bit \(bit)") }
        }
        for count in 0..<sound.count {
            try store.write(key, Array(sound[..<count]))
            #expect(try reads(store) == nil, "cut to \(count) bytes")
        }
        for _ in 0..<500 {
            var damaged = sound
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            try store.write(key, damaged)
            _ = try reads(store)
        }
    }

    @Test("damaged metadata", arguments: [ZarrFormat.v2, .v3])
    func metadata(format: ZarrFormat) throws {
        var random = SeededRandom(seed: 21)
        for codecs in Self.chains
        where format == .v3
            || codecs.allSatisfy({ $0.name != "sharding_indexed" && $0.name != "packbits" })
        {
            let store = MemoryStore()
            let metadata = ArrayMetadata(
                format: format, shape: [16, 16], type: .uint16, chunkShape: [16, 16], codecs: codecs)
            try ZarrArray.create(store, .root, metadata).writeAll(
                PixelBuffer(shape: [16, 16], type: .uint16, bytes: random.bytes(512)))
            let key = try StoreKey(format == .v3 ? "zarr.json" : ".zarray"), sound = try #require(try store.read(key))
            for count in 0..<sound.count - 2 {
                try store.write(key, Array(sound[..<count]))
                #expect(try reads(store) == nil, "cut to \(count) bytes")
            }
            for position in sound.indices {
                var damaged = sound
                for byte in Array("0-9e.\"[]{},:xn ".utf8) + [0, 0xFF, sound[position] ^ 1] {
                    damaged[position] = byte
                    try store.write(key, damaged)
                    _ = try reads(store)
                }
            }
        }
    }

    @Test("damaged arrays of other writers", .enabled(if: SharedFolder.hasConformance))
    func fixtures() throws {
        let shared = try DirectoryStore(path: SharedFolder.conformance + "/zarrita.js/fixtures", create: false)
        var random = SeededRandom(seed: 22), seen = 0
        for version in ["v2", "v3"] {
            let folder = try StoreKey("\(version)/data.zarr")
            for name in try shared.list(folder) {
                let store = MemoryStore()
                var keys = [StoreKey]()
                try copy(shared, folder.appending(name), to: store, .root, &keys)
                guard (try? reads(store)) ?? nil != nil else { continue }
                seen += 1
                for key in keys {
                    let sound = try #require(try store.read(key))
                    for _ in 0..<200 where !sound.isEmpty {
                        var damaged = sound
                        damaged[Int.random(in: damaged.indices, using: &random)] ^=
                            1 << UInt8.random(in: 0..<8, using: &random)
                        if Bool.random(using: &random) {
                            damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random))
                        }
                        try store.write(key, damaged)
                        _ = try reads(store)
                    }
                    try store.write(key, sound)
                }
            }
        }
        #expect(seen >= 40)
    }

    private func copy(
        _ from: DirectoryStore, _ source: StoreKey, to store: MemoryStore, _ target: StoreKey, _ keys: inout [StoreKey]
    ) throws {
        for name in try from.list(source) {
            let (below, copied) = (try source.appending(name), try target.appending(name))
            if let bytes = try from.read(below) {
                try store.write(copied, bytes)
                keys.append(copied)
            } else {
                try copy(from, below, to: store, copied, &keys)
            }
        }
    }
}
