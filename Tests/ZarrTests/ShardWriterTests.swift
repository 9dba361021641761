import Testing
import Zarr

struct ShardWriterTests {
    private func metadata(_ location: CodecSpec.IndexLocation) -> ArrayMetadata {
        ArrayMetadata(
            shape: [4, 8], type: .uint8, chunkShape: [4, 8],
            codecs: [.sharding([2, 4], [.bytes(.uint8), .crc32c], index: location)])
    }

    /// Four chunks: 1s, 2s, nothing, 4s.
    private func write(
        _ location: CodecSpec.IndexLocation, order: [Int], arrival: [Int], to store: any WritableStore
    ) throws -> Int {
        let layout = try #require(try ShardLayout(metadata(location)))
        let writer = try ShardWriter(layout, store: store, key: StoreKey("c/0/0"), order: order)
        for chunk in arrival {
            let encoded = try layout.inner.encoded([UInt8](repeating: UInt8(chunk + 1), count: 8))
            try encoded.withUnsafeBytes { try writer.add(chunk: chunk, encoded: chunk == 2 ? nil : $0) }
        }
        return try writer.finish()
    }

    @Test("the file is the same whatever the order of arrival", arguments: [CodecSpec.IndexLocation.start, .end])
    func sameBytes(location: CodecSpec.IndexLocation) throws {
        for order in CodecPipelineTests.permutations(4) {
            var files = Set<[UInt8]>()
            for arrival in CodecPipelineTests.permutations(4) {
                let store = MemoryStore()
                let size = try write(location, order: order, arrival: arrival, to: store)
                let file = try #require(try store.read(StoreKey("c/0/0")))
                #expect(file.count == size)
                files.insert(file)
                let array = try ZarrArray(metadata(location), store)
                let expected =
                    [1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2] as [UInt8]
                    + [0, 0, 0, 0, 4, 4, 4, 4, 0, 0, 0, 0, 4, 4, 4, 4]
                #expect(try array.read(Region(wholeOf: [4, 8])).bytes == expected)
            }
            #expect(files.count == 1)
        }
    }

    @Test("in C order the file equals the one the codec makes", arguments: [CodecSpec.IndexLocation.start, .end])
    func equalsCodec(location: CodecSpec.IndexLocation) throws {
        let streamed = MemoryStore(), whole = MemoryStore()
        _ = try write(location, order: [0, 1, 2, 3], arrival: [3, 1, 0, 2], to: streamed)
        let array = try ZarrArray(metadata(location), whole)
        try array.writeAll(try ZarrArray(metadata(location), streamed).read(Region(wholeOf: [4, 8])))
        #expect(try streamed.read(StoreKey("c/0/0")) == whole.read(StoreKey("c/0/0")))
    }

    @Test("a shard of empty chunks, or of none, is no object", arguments: [CodecSpec.IndexLocation.start, .end])
    func emptyShard(location: CodecSpec.IndexLocation) throws {
        let layout = try #require(try ShardLayout(metadata(location)))
        for order in [[], [2], [0, 1, 2, 3]] {
            let store = MemoryStore()
            let writer = try ShardWriter(layout, store: store, key: StoreKey("k"), order: order)
            for chunk in order { try writer.add(chunk: chunk, encoded: nil) }
            #expect(try writer.finish() == 0)
            #expect(try store.list(.root) == [])
        }
    }

    @Test("a chunk forgotten, doubled, unknown or late is a mistake of the caller")
    func mistakes() throws {
        let layout = try #require(try ShardLayout(metadata(.end)))
        let store = MemoryStore(), key = try StoreKey("k")
        func isMistake(_ error: any Error) -> Bool { (error as? ZarrError)?.code == .invalidCall }
        #expect(throws: ZarrError.self) { try ShardWriter(layout, store: store, key: key, order: [0, 0]) }
        #expect(throws: ZarrError.self) { try ShardWriter(layout, store: store, key: key, order: [4]) }
        let writer = try ShardWriter(layout, store: store, key: key, order: [1, 0])
        try writer.add(chunk: 0, encoded: nil)
        for wrong in [0, 2, 4, -1] {
            #expect { try writer.add(chunk: wrong, encoded: nil) } throws: { isMistake($0) }
        }
        #expect { try writer.finish() } throws: { isMistake($0) }
        try writer.add(chunk: 1, encoded: nil)
        #expect(try writer.finish() == 0)
        #expect { try writer.finish() } throws: { isMistake($0) }
        #expect { try writer.add(chunk: 1, encoded: nil) } throws: { isMistake($0) }
    }

    @Test("an abandoned shard leaves nothing")
    func abandons() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        let layout = try #require(try ShardLayout(metadata(.end)))
        let writer = try ShardWriter(layout, store: store, key: StoreKey("k"), order: [0, 1])
        try [1, 2, 3].withUnsafeBytes { try writer.add(chunk: 0, encoded: $0) }
        writer.abandon()
        #expect(try DirectoryStoreTests.files(folder.path) == [])
        #expect(throws: ZarrError.self) { try writer.finish() }
    }

    @Test("a shard that could not be written in part is not finished, and leaves nothing")
    func failedWrite() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        try store.write(StoreKey("file"), [1])
        let layout = try #require(try ShardLayout(metadata(.end)))
        let writer = try ShardWriter(layout, store: store, key: StoreKey("file/k"), order: [0, 1])
        #expect { try [1].withUnsafeBytes { try writer.add(chunk: 0, encoded: $0) } } throws: {
            ($0 as? ZarrError)?.code == .ioFailure
        }
        // Another thread that comes later must not hide why.
        #expect { try writer.add(chunk: 1, encoded: nil) } throws: { ($0 as? ZarrError)?.code == .ioFailure }
        #expect { try writer.finish() } throws: { ($0 as? ZarrError)?.code == .ioFailure }
        #expect(try DirectoryStoreTests.files(folder.path) == ["file"])
    }

    @Test("threads may add at the same time")
    func concurrent() async throws {
        let shape = [64, 64]
        let metadata = ArrayMetadata(
            shape: shape, type: .uint8, chunkShape: shape, codecs: [.sharding([4, 4], [.bytes(.uint8), .zstd()])])
        let layout = try #require(try ShardLayout(metadata))
        let store = MemoryStore(), order = Array((0..<256).reversed())
        let writer = try ShardWriter(layout, store: store, key: StoreKey("c/0/0"), order: order)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for chunk in stride(from: worker, to: 256, by: 4) {
                        let encoded = try layout.inner.encoded([UInt8](repeating: UInt8(chunk), count: 16))
                        try encoded.withUnsafeBytes { try writer.add(chunk: chunk, encoded: chunk == 0 ? nil : $0) }
                    }
                }
            }
            try await group.waitForAll()
        }
        _ = try writer.finish()
        let pixels = try ZarrArray(metadata, store).read(Region(wholeOf: shape)).bytes
        #expect(pixels == indices(shape).map { UInt8($0[0] / 4 * 16 + $0[1] / 4) })
    }

    @Test("only arrays whose one codec is sharding have a layout")
    func layoutOfOthers() throws {
        var plain = metadata(.end)
        plain.codecs.append(.zstd())
        #expect(try ShardLayout(plain) == nil)
        plain.codecs = [.bytes(.uint8)]
        #expect(try ShardLayout(plain) == nil)
        let layout = try #require(try ShardLayout(metadata(.start)))
        #expect(layout.chunkShape == [2, 4] && layout.chunksPerShard == [2, 2] && layout.chunkCount == 4)
    }
}
