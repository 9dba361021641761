import Testing
import Zarr

/// What writing ZIP archives can get wrong. That it is a store at all is tested in ``WritableStoreTests``.
struct ZipWriterTests {
    private static let image = [
        "0/zarr.json", "0/c/0/0", "0/c/0/1", "1/zarr.json", "1/c/0/0", "labels/a/0/zarr.json", "labels/zarr.json",
        "zarr.json", "OME/METADATA.ome.xml",
    ]

    private static func bytes(_ path: String) -> [UInt8] { Array("content of \(path)".utf8) }

    private static func write(_ paths: [String], to path: String, comment: [UInt8] = []) throws {
        let writer = try ZipWriter(path: path)
        for path in paths { try writer.write(StoreKey(path), bytes(path)) }
        try writer.finish(comment: comment)
    }

    /// The keys in the order of the file, walked from header to header as a reader of streams does: there is no gap.
    private static func walk(_ file: [UInt8]) -> [String] {
        file.withUnsafeBytes { file in
            var paths = [String](), place = 0
            while file.loadUnaligned(fromByteOffset: place, as: UInt32.self).littleEndian == 0x0403_4b50 {
                let name = Int(file.loadUnaligned(fromByteOffset: place + 26, as: UInt16.self).littleEndian)
                let extra = Int(file.loadUnaligned(fromByteOffset: place + 28, as: UInt16.self).littleEndian)
                // The ZIP64 field comes first: identifier, length, size.
                let size = file.loadUnaligned(fromByteOffset: place + 30 + name + 4, as: UInt64.self).littleEndian
                paths.append(String(decoding: file[place + 30..<place + 30 + name], as: UTF8.self))
                place += 30 + name + extra + Int(size)
            }
            #expect(file.loadUnaligned(fromByteOffset: place, as: UInt32.self).littleEndian == 0x0201_4b50)
            return paths
        }
    }

    @Test("the documents come first, that of the root in front, in the file and in the directory")
    func order() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.ozx"
        try Self.write(Self.image, to: path, comment: Array("hello".utf8))
        let store = try ZipStore(path: path)
        let documents = [
            "zarr.json", "0/zarr.json", "1/zarr.json", "labels/zarr.json", "labels/a/0/zarr.json",
        ]
        #expect(
            store.entries.map(\.key.path) == documents + ["0/c/0/0", "0/c/0/1", "1/c/0/0", "OME/METADATA.ome.xml"])
        let file = try #require(try DirectoryStore(path: folder.path, create: false).read(StoreKey("a.ozx")))
        #expect(Self.walk(file) == documents + ["0/c/0/0", "0/c/0/1", "1/c/0/0", "OME/METADATA.ome.xml"])
        #expect(store.isZip64 && store.comment == Array("hello".utf8))
        for entry in store.entries {
            #expect(entry.method == .stored && entry.versionNeeded == 45)
            #expect(try store.read(entry.key) == Self.bytes(entry.key.path))
        }
    }

    @Test("equal objects give equal archives")
    func deterministic() throws {
        let folder = try TemporaryFolder(), store = try DirectoryStore(path: folder.path, create: false)
        for name in ["a", "b"] { try Self.write(Self.image, to: "\(folder.path)/\(name)") }
        #expect(try store.read(StoreKey("a")) == store.read(StoreKey("b")))
    }

    @Test("documents that outgrow their room go to the end, and the directory stays in order")
    func documentsBeyondTheirRoom() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.zip"
        let writer = try ZipWriter(path: path)
        try writer.write(StoreKey("0/zarr.json"), [1])
        try writer.write(StoreKey("0/c/0"), [2])
        let names = (1...40).map { "\($0)" }
        for name in names { try writer.write(StoreKey("\(name)/zarr.json"), [UInt8](repeating: 3, count: 5000)) }
        try writer.write(StoreKey("zarr.json"), [4])
        try writer.finish()
        let store = try ZipStore(path: path), paths = store.entries.map(\.key.path)
        #expect(paths.first == "zarr.json" && paths.last == "0/c/0" && paths.count == 43)
        #expect(store.entries[0].headerOffset == 0)
        for entry in store.entries { #expect(try store.read(entry.key) == writer.read(entry.key)) }
        let file = try #require(try DirectoryStore(path: folder.path, create: false).read(StoreKey("a.zip")))
        #expect(Self.walk(file).count == 43)
    }

    @Test("an archive of any mix of objects reads back", arguments: 0..<20)
    func mixes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder(), path = folder.path + "/a.zip"
        let writer = try ZipWriter(path: path), memory = MemoryStore()
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            let depth = Int.random(in: 0...2, using: &random)
            var parts = (0..<depth).map { _ in String(Int.random(in: 0...2, using: &random)) }
            parts.append(["zarr.json", "c", "ü"].randomElement(using: &random) ?? "c")
            let key = try StoreKey(parts.joined(separator: "/"))
            switch Int.random(in: 0...9, using: &random) {
            case 0:
                try writer.remove(key)
                try memory.remove(key)
            case 1:
                let size = Int.random(in: 0...70_000, using: &random)
                for store in [writer, memory] as [any WritableStore] {
                    try store.write(key, [UInt8](repeating: 7, count: size))
                }
            default:
                let bytes = random.bytes(Int.random(in: 0...300, using: &random))
                for store in [writer, memory] as [any WritableStore] { try store.write(key, bytes) }
            }
        }
        try writer.finish(comment: Array("c".utf8))
        let store = try ZipStore(path: path)
        for entry in store.entries {
            #expect(try store.read(entry.key) == memory.read(entry.key))
            #expect(try store.read(entry.key) == writer.read(entry.key))
        }
        func walk(_ store: any ReadableStore, _ key: StoreKey) throws -> [String] {
            try store.list(key).flatMap { name -> [String] in
                let below = try key.appending(name)
                return try (store.size(below) == nil ? [] : [below.path]) + walk(store, below)
            }
        }
        #expect(try walk(store, .root) == walk(memory, .root))
    }

    @Test("there is no archive before it is finished, and nothing is left of one that never is")
    func appearsWhenFinished() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.zip"
        do {
            let writer = try ZipWriter(path: path)
            try writer.write(StoreKey("a"), [1])
            let open = try writer.begin(StoreKey("b"))
            try [UInt8](repeating: 1, count: 3 << 20).withUnsafeBytes { try open.append($0) }
            #expect(try DirectoryStoreTests.files(folder.path).allSatisfy { $0.hasPrefix(".zarr-tmp-") })
        }
        #expect(try DirectoryStoreTests.files(folder.path) == [])
        let abandoned = try ZipWriter(path: path)
        abandoned.abandon()
        #expect(throws: ZarrError.self) { try abandoned.finish() }
        #expect(throws: ZarrError.self) { try abandoned.write(StoreKey("a"), [1]) }
        #expect(try DirectoryStoreTests.files(folder.path) == [])
        try Self.write(Self.image, to: path)
        try Self.write(["x"], to: path)
        #expect(try DirectoryStoreTests.files(folder.path) == ["a.zip"])
        #expect(try ZipStore(path: path).entries.map(\.key.path) == ["x"])
    }

    @Test("after the end nothing can be written, but all can be read")
    func finished() throws {
        let folder = try TemporaryFolder()
        let writer = try ZipWriter(path: folder.path + "/a.zip")
        try writer.write(StoreKey("a"), [1, 2])
        try writer.write(StoreKey("zarr.json"), [3])
        let open = try writer.begin(StoreKey("b"))
        try writer.finish()
        writer.abandon()
        #expect(throws: ZarrError.self) { try writer.write(StoreKey("c"), [1]) }
        #expect(throws: ZarrError.self) { try writer.write(StoreKey("zarr.json"), [1]) }
        #expect(throws: ZarrError.self) { try writer.remove(StoreKey("a")) }
        #expect(throws: ZarrError.self) { try open.commit() }
        #expect(throws: ZarrError.self) { try writer.finish() }
        #expect(try writer.read(StoreKey("a")) == [1, 2])
        #expect(try writer.read(StoreKey("zarr.json")) == [3])
        #expect(try DirectoryStoreTests.files(folder.path) == ["a.zip"])
    }

    @Test("what an archive cannot say is refused")
    func refuses() throws {
        let folder = try TemporaryFolder()
        let writer = try ZipWriter(path: folder.path + "/a.zip")
        let long = String(repeating: "n", count: 65_536)
        for path in [long, ""] {
            #expect { try writer.write(StoreKey(path), [1]) } throws: { ($0 as? ZarrError)?.code == .invalidCall }
        }
        #expect(throws: ZarrError.self) { try writer.finish(comment: [UInt8](repeating: 1, count: 65_536)) }
        try writer.write(StoreKey(String(long.dropLast())), [1])
        try writer.finish(comment: [UInt8](repeating: 1, count: 65_535))
        let store = try ZipStore(path: folder.path + "/a.zip")
        #expect(try store.read(StoreKey(String(long.dropLast()))) == [1])
        #expect(throws: ZarrError.self) { try ZipWriter(path: "") }
        #expect { try ZipWriter(path: folder.path + "/none/a.zip") } throws: {
            ($0 as? ZarrError)?.code == .ioFailure
        }
    }

    @Test("shards written at once into an archive read as they were")
    func shards() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.zip"
        let writer = try ZipWriter(path: path), memory = MemoryStore()
        var random = SeededRandom(seed: 3)
        let metadata = ArrayMetadata(
            shape: [32, 48], type: .uint16, chunkShape: [16, 16],
            codecs: [.sharding([4, 4], [.bytes(.uint16), .zstd()])])
        let image = PixelBuffer(shape: [32, 48], type: .uint16, bytes: random.smoothBytes(32 * 48 * 2))
        for store in [writer, memory] as [any WritableStore] {
            try ZarrArray.create(store, StoreKey("0"), metadata).writeAll(image)
        }
        try writer.finish()
        let array = try ZarrArray.open(ZipStore(path: path), StoreKey("0"))
        #expect(try array.read(Region(wholeOf: [32, 48])).bytes == image.bytes)
        for _ in 0..<50 {
            let region = randomRegion(in: [32, 48], &random)
            #expect(try array.read(region).bytes == part(image, region))
        }
    }
}
