import Testing
import Zarr

/// What every store must do.
struct StoreTests {
    /// What a store reads to places, which tell the sizes first.
    private static func placed(_ store: any ReadableStore, _ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]?
    {
        var blocks = [ByteBlock]()
        let isThere = try store.read(key, ranges) { range, count in
            #expect(range == blocks.count)
            blocks.append(ByteBlock(capacity: count))
            blocks[range].count = count
            return blocks[range].base
        }
        return isThere ? blocks.map { Array($0.bytes) } : nil
    }

    @Test("what is there is read, whole and in parts, again and again", arguments: StoreKind.allCases)
    func reads(kind: StoreKind) throws {
        let large = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let filled = try kind.filled([
            ("a/b/c", [1, 2, 3, 4, 5]), ("a/zarr.json", [6, 7, 8]), ("e", []), ("l", large),
        ])
        let store = filled.store, key = try StoreKey("a/b/c")
        for _ in 0..<2 {
            let parts = try store.read(
                key, [.from(offset: 1, count: 2), .suffix(count: 2), .suffix(count: 9), .from(offset: 5, count: 0)])
            #expect(parts == [[2, 3], [4, 5], [1, 2, 3, 4, 5], []])
            #expect(try store.read(key) == [1, 2, 3, 4, 5])
            #expect(try store.size(key) == 5)
            #expect(try store.read(key, []) == [])
            #expect(try store.read(key, [.from(offset: 4, count: 1), .from(offset: 0, count: 2)]) == [[5], [1, 2]])
        }
        let overlapping: [ByteRange] = [
            .from(offset: 40_000, count: 10_000), .from(offset: 3, count: 3), .from(offset: 0, count: 7),
            .suffix(count: 4), .from(offset: 5, count: 20_000),
        ]
        let expected = [
            Array(large[40_000...]), Array(large[3..<6]), Array(large[..<7]), large.suffix(4), Array(large[5..<20_005]),
        ]
        #expect(try store.read(StoreKey("l"), overlapping) == expected)
        #expect(try Self.placed(store, StoreKey("l"), overlapping) == expected)
        #expect(try Self.placed(store, key, [.whole]) == [[1, 2, 3, 4, 5]])
        #expect(try store.read(StoreKey("l")) == large)
        #expect(try store.read(StoreKey("e")) == [])
        #expect(try store.read(StoreKey("e"), [.suffix(count: 3)]) == [[]])
        #expect(try store.size(StoreKey("e")) == 0)
        #expect(try store.read(StoreKey("a/zarr.json")) == [6, 7, 8])
        #expect(try store.read(StoreKey("a/zarr.json"), [.from(offset: 1, count: 1)]) == [[7]])
        #expect(!store.name.isEmpty)
        withExtendedLifetime(filled.owner) {}
    }

    @Test("what is absent is nil, again and again", arguments: StoreKind.allCases)
    func absent(kind: StoreKind) throws {
        let filled = try kind.filled([("a/b", [1])]), store = filled.store
        for path in ["x", "a", "a/b/c", "a/x", "", "a0", "x/zarr.json", String(repeating: "n", count: 300)] {
            for _ in 0..<2 {
                #expect(try store.read(StoreKey(path), [.suffix(count: 1)]) == nil, "\(path)")
                #expect(try store.read(StoreKey(path)) == nil, "\(path)")
                #expect(try Self.placed(store, StoreKey(path), [.whole]) == nil, "\(path)")
                #expect(try store.size(StoreKey(path)) == nil, "\(path)")
            }
        }
        #expect(try store.list(StoreKey("x")) == [])
        #expect(try store.list(StoreKey("a/b")) == [])
        withExtendedLifetime(filled.owner) {}
    }

    @Test("a range past the end is corrupt and names the key", arguments: StoreKind.allCases)
    func rangesPastTheEnd(kind: StoreKind) throws {
        let filled = try kind.filled([("k", [1, 2, 3])]), store = filled.store
        let key = try StoreKey("k")
        let hostile: [ByteRange] = [
            .from(offset: 2, count: 2), .from(offset: 4, count: 0), .from(offset: .max, count: .max),
            .from(offset: .max, count: 0), .from(offset: 1, count: .max), .from(offset: -1, count: 1),
            .from(offset: 0, count: -1),
        ]
        for isKnown in [false, true] {
            for range in hostile {
                for ranges in [[range], [range, .from(offset: 0, count: 1)], [.suffix(count: 1), range]] {
                    #expect("\(ranges) \(isKnown)") {
                        try store.read(key, ranges)
                    } throws: {
                        ($0 as? ZarrError)?.code == .corrupt && ($0 as? ZarrError)?.key == key
                    }
                    #expect("\(ranges) placed") {
                        try Self.placed(store, key, ranges)
                    } throws: {
                        ($0 as? ZarrError)?.code == .corrupt && ($0 as? ZarrError)?.key == key
                    }
                }
            }
            #expect(try store.read(key) == [1, 2, 3])
        }
        withExtendedLifetime(filled.owner) {}
    }

    @Test("names are listed once, sorted, one level deep", arguments: StoreKind.allCases)
    func lists(kind: StoreKind) throws {
        let paths = ["b/2", "b/1/x", "b/1/y", "a", ".zgroup", "b-c/x", "b.d", "b0/x", "d/\u{301}e/f", "d/ü"]
        let filled = try kind.filled(paths.map { ($0, [0]) }), store = filled.store
        let root = try store.list(.root).filter { !filled.ownNames.contains($0) }
        #expect(root == [".zgroup", "a", "b", "b-c", "b.d", "b0", "d"])
        #expect(try store.list(StoreKey("b")) == ["1", "2"])
        #expect(try store.list(StoreKey("b/1")) == ["x", "y"])
        #expect(try store.list(StoreKey("d")) == ["\u{301}e", "ü"].sorted())
        withExtendedLifetime(filled.owner) {}
    }

    @Test("many threads read at once", arguments: StoreKind.allCases)
    func concurrentReads(kind: StoreKind) async throws {
        let objects = (0..<20).map { number in
            ("k/\(number)", [UInt8](repeating: UInt8(number), count: 1000 * (number + 1)))
        }
        let filled = try kind.filled(objects), store = filled.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in 0..<4 {
                group.addTask {
                    for number in 0..<200 {
                        let (path, bytes) = objects[(start * 5 + number) % 20]
                        let key = try StoreKey(path)
                        #expect(try store.read(key) == bytes)
                        let parts = try store.read(key, [.from(offset: 500, count: 300), .suffix(count: 10)])
                        #expect(parts == [Array(bytes[500..<800]), bytes.suffix(10)])
                    }
                }
            }
            try await group.waitForAll()
        }
        withExtendedLifetime(filled.owner) {}
    }
}

/// What every store that can be written must do besides.
struct WritableStoreTests {
    @Test("an object written again is replaced", arguments: StoreKind.writable)
    func replaces(kind: StoreKind) throws {
        let empty = try kind.empty(), store = empty.store
        for path in ["a/b/c", "a/zarr.json"] {
            let key = try StoreKey(path)
            for bytes in [[1, 2, 3], [9], [], [4, 5]] as [[UInt8]] {
                try store.write(key, bytes)
                #expect(try store.read(key) == bytes)
                #expect(try store.size(key) == bytes.count)
            }
        }
        #expect(throws: ZarrError.self) { try store.write(.root, [1]) }
        withExtendedLifetime(empty.owner) {}
    }

    @Test("removing takes everything below, and nothing is no error", arguments: StoreKind.writable)
    func removes(kind: StoreKind) throws {
        let empty = try kind.empty(), store = empty.store
        for path in ["b/2", "b/1/x", "b/zarr.json", "bb", "a"] { try store.write(StoreKey(path), [0]) }
        try store.remove(StoreKey("b"))
        try store.remove(StoreKey("nothing/there"))
        #expect(try store.list(.root) == ["a", "bb"])
        try store.write(StoreKey("b/2"), [7])
        #expect(try store.read(StoreKey("b/2")) == [7])
        withExtendedLifetime(empty.owner) {}
    }

    @Test("an object written in pieces appears when committed, and never when abandoned", arguments: StoreKind.writable)
    func piecewise(kind: StoreKind) throws {
        let empty = try kind.empty(), store = empty.store
        for name in ["k", "zarr.json"] {
            let key = try StoreKey("d/\(name)")
            let writer = try store.begin(key)
            try [1, 2].withUnsafeBytes { try writer.append($0) }
            #expect(try store.read(key) == nil)
            #expect(try store.list(StoreKey("d")) == [])
            let count = writer.count
            try writer.commit()
            writer.abandon()
            #expect(try store.size(key) == count)
            #expect(throws: ZarrError.self) { try writer.commit() }

            let dropped = try store.begin(StoreKey("d/other"))
            dropped.abandon()
            #expect(throws: ZarrError.self) { try dropped.commit() }
            #expect(try store.list(StoreKey("d")) == [name])
            try store.remove(key)
        }
        withExtendedLifetime(empty.owner) {}
    }

    @Test("objects of any size written at once by many threads are whole", arguments: StoreKind.writable)
    func concurrentWrites(kind: StoreKind) async throws {
        let empty = try kind.empty(), store = empty.store
        func bytes(_ number: Int) -> [UInt8] {
            (0..<[0, 10, 3000, 2_300_000][number % 4]).map { UInt8(truncatingIfNeeded: ($0 &* 7) &+ number) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in stride(from: thread, to: 32, by: 4) {
                        let object = bytes(number / 4), key = try StoreKey("o/\(number)")
                        if number % 8 < 4 {
                            try store.write(key, object)
                        } else {
                            let writer = try store.begin(key)
                            for start in stride(from: 0, to: object.count, by: 700_000) {
                                try object[start...].prefix(700_000).withUnsafeBytes { try writer.append($0) }
                            }
                            try writer.commit()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for number in 0..<32 { #expect(try store.read(StoreKey("o/\(number)")) == bytes(number / 4), "\(number)") }
        withExtendedLifetime(empty.owner) {}
    }
}
