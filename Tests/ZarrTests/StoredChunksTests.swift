import Testing
import Zarr

@Suite("StoredChunks")
struct StoredChunksTests {
    private func array(
        _ store: any ReadableStore, _ shape: [Int], _ keys: ChunkKeyEncoding, key: StoreKey = .root
    ) throws -> ZarrArray {
        let metadata = ArrayMetadata(
            format: keys == .n5 ? .n5 : .v3, shape: shape, type: .uint8, chunkShape: shape.map { _ in 2 },
            codecs: [.bytes(.uint8)], keyEncoding: keys)
        return try ZarrArray(metadata, store, key)
    }

    static let encodings: [ChunkKeyEncoding] = [
        .default(.slash), .default(.dot), .v2(.slash), .v2(.dot), .n5,
    ]

    @Test("every chunk of every small grid is counted once, in its place", arguments: encodings)
    func countsAll(keys: ChunkKeyEncoding) throws {
        for shape in [[], [5], [3, 4], [2, 5, 3], [1, 1, 1, 3]] where keys != .n5 || !shape.isEmpty {
            let store = MemoryStore(), key = try StoreKey("a/b")
            let array = try array(store, shape, keys, key: key)
            let grid = indices(array.metadata.gridShape)
            for (number, index) in grid.enumerated() {
                try store.write(array.key(ofChunk: index), [UInt8](repeating: 0, count: number + 1))
            }
            // What else lies in an array's folder is not looked at.
            for name in ["zarr.json", ".zattrs", "attributes.json", "notes/0", "x.0", ".hidden"] {
                try store.write(key.appending(name), [1])
            }
            var seen = Set<[Int]>()
            let found = try array.storedChunks { index, chunk, bytes in
                let expected = try array.key(ofChunk: index)
                #expect(chunk == expected)
                #expect(bytes == (grid.firstIndex(of: index) ?? -1) + 1)
                seen.insert(index)
            }
            #expect(found.count == grid.count && seen == Set(grid), "\(shape)")
            #expect(found.bytes == (1...grid.count).reduce(0, +))
            #expect(found.strays.isEmpty && found.isComplete)
        }
    }

    @Test("objects outside of the grid, and keys of another form, are strays")
    func strays() throws {
        let cases: [(ChunkKeyEncoding, [String])] = [
            (.default(.slash), ["c/2/0", "c/0/3", "c/0/0/0", "c/7", "c/01/0", "c/99999999999999999999/0"]),
            (.default(.dot), ["c.2.0", "c.0", "c.0.0.0", "c.00.0", "c", "c./0"]),
            (.v2(.dot), ["2.0", "0", "0.0.0", "0.01", "0/0", "."]), (.v2(.slash), ["2/0", "0/0/0", "1/5", "3.3"]),
            (.n5, ["0/2", "3/0", "0/0/0"]),
        ]
        for (keys, strays) in cases {
            for stray in strays {
                guard let key = try? StoreKey(stray) else { continue }
                let store = MemoryStore(), array = try array(store, [3, 5], keys)
                try store.write(array.key(ofChunk: [1, 1]), [1])
                try store.write(key, [1])
                let found = try array.storedChunks()
                #expect(found.count == 1 && found.strays.count == 1, "\(stray)")
            }
        }
    }

    @Test("no more is looked at than the limit says")
    func limit() throws {
        let store = MemoryStore(), array = try array(store, [200], .v2(.dot))
        for index in 0..<100 { try store.write(array.key(ofChunk: [index]), [1]) }
        let some = try array.storedChunks(limit: 40)
        #expect(some.count == 40 && !some.isComplete)
        let all = try array.storedChunks(limit: 100)
        #expect(all.count == 100 && all.isComplete)
    }

    @Test("the strays that are listed are bounded")
    func strayLimit() throws {
        let store = MemoryStore(), array = try array(store, [2], .v2(.dot))
        for index in 1...150 { try store.write(StoreKey("\(index)"), [1]) }
        #expect(try array.storedChunks().strays.count == StoredChunks.listLimit)
    }

    @Test("what the body throws ends the count")
    func throwing() throws {
        let store = MemoryStore(), array = try array(store, [4], .v2(.dot))
        for index in 0..<2 { try store.write(array.key(ofChunk: [index]), [1]) }
        var calls = 0
        #expect(throws: CancellationError.self) {
            try array.storedChunks { _, _, _ in
                calls += 1
                throw CancellationError()
            }
        }
        #expect(calls == 1)
    }
}
