import Testing
import Zarr

/// What each wrapper is for. That it is a store at all is tested in ``StoreTests``.
struct WrapperTests {
    private static func counted(_ objects: [String: [UInt8]]) throws -> CountingStore {
        let memory = MemoryStore()
        for (path, bytes) in objects { try memory.write(StoreKey(path), bytes) }
        return CountingStore(memory)
    }

    @Test("the counting store counts calls, ranges and bytes")
    func counts() throws {
        let store = try Self.counted(["k": [1, 2, 3]]), key = try StoreKey("k")
        _ = try store.read(key)
        _ = try store.read(key, [.suffix(count: 1), .from(offset: 0, count: 1)])
        _ = try store.size(key)
        _ = try store.list(.root)
        var expected = CountingStore.Counts()
        (expected.wholeReads, expected.rangeReads, expected.ranges) = (1, 1, 2)
        (expected.sizes, expected.lists, expected.bytes) = (1, 1, 5)
        #expect(store.counts == expected)
        store.reset()
        #expect(store.counts == CountingStore.Counts())
    }

    @Test("the read-only store cannot be made to write")
    func readOnly() {
        let store: any ReadableStore = ReadOnlyStore(MemoryStore())
        #expect(!(store is any WritableStore))
    }

    @Test("the caching store reads an object, an absence and a range once")
    func readsOnce() throws {
        let base = try Self.counted(["k": [1, 2, 3], "other": [4, 5, 6]]), store = CachingStore(base)
        let key = try StoreKey("k"), other = try StoreKey("other"), none = try StoreKey("none")
        for _ in 0..<3 {
            #expect(try store.read(key) == [1, 2, 3])
            #expect(try store.read(key, [.from(offset: 1, count: 1)]) == [[2]])
            #expect(try store.read(key, [.suffix(count: .max)]) == [[1, 2, 3]])
            #expect(try store.size(key) == 3)
            #expect(try store.read(none) == nil)
            #expect(try store.read(none, [.suffix(count: 1)]) == nil)
            #expect(try store.size(none) == nil)
            #expect(try store.read(other, [.suffix(count: 1)]) == [[6]])
            #expect(try store.read(other, [.from(offset: 0, count: 1), .suffix(count: 1)]) == [[4], [6]])
        }
        #expect(base.counts.wholeReads == 2)
        #expect(base.counts.rangeReads == 2 && base.counts.ranges == 2 && base.counts.bytes == 5)
        #expect(base.counts.sizes == 0)
    }

    @Test("the caching store forgets what was not asked for longest, and keeps nothing large")
    func forgets() throws {
        var objects = [String: [UInt8]]()
        for number in 0..<100 { objects["\(number)"] = [UInt8](repeating: 1, count: 872) }
        objects["large"] = [UInt8](repeating: 1, count: 5000)
        // Room for 64 objects of 872 bytes and 128 for the slot.
        let base = try Self.counted(objects), store = CachingStore(base, capacity: 64_000)
        for number in 0..<64 {
            _ = try store.read(StoreKey("\(number)"))
            _ = try store.read(StoreKey("0"))
        }
        #expect(base.counts.wholeReads == 64)
        for _ in 0..<2 { _ = try store.read(StoreKey("large")) }
        #expect(base.counts.wholeReads == 66)
        // One more, and a quarter goes: 1 to 17, but not 0, which was asked for all the time.
        _ = try store.read(StoreKey("64"))
        base.reset()
        for number in [0, 63, 64, 18] { _ = try store.read(StoreKey("\(number)")) }
        #expect(base.counts.wholeReads == 0)
        _ = try store.read(StoreKey("1"))
        #expect(base.counts.wholeReads == 1)
    }

    @Test("the coalescing store asks for neighbours at once and gives every range what it asked for")
    func coalesces() throws {
        var random = SeededRandom(seed: 5)
        let object = random.bytes(2000), key = try StoreKey("k")
        let base = try Self.counted(["k": object])
        for gap in [0, 10, 4096] {
            let store = CoalescingStore(base, largestGap: gap)
            for _ in 0..<300 {
                let ranges = (0..<Int.random(in: 0...6, using: &random)).map { _ -> ByteRange in
                    let start = Int.random(in: 0...2000, using: &random)
                    let count = Int.random(in: 0...min(100, 2000 - start), using: &random)
                    return Bool.random(using: &random) ? .from(offset: start, count: count) : .suffix(count: count)
                }
                #expect(try store.read(key, ranges) == base.read(key, ranges))
            }
        }
        base.reset()
        let ranges: [ByteRange] = [
            .from(offset: 100, count: 10), .from(offset: 0, count: 5), .from(offset: 15, count: 5),
            .from(offset: 3, count: 4),
        ]
        _ = try CoalescingStore(base, largestGap: 8).read(key, ranges)
        #expect(base.counts.rangeReads == 1 && base.counts.ranges == 2 && base.counts.bytes == 30)
        base.reset()
        _ = try CoalescingStore(base, largestGap: 7).read(key, ranges)
        #expect(base.counts.rangeReads == 1 && base.counts.ranges == 3 && base.counts.bytes == 22)
    }
}

struct ConsolidatedStoreTests {
    private static func store(_ objects: [String: String]) throws -> CountingStore {
        let memory = MemoryStore()
        for (path, text) in objects { try memory.write(StoreKey(path), Array(text.utf8)) }
        return CountingStore(memory)
    }

    private static let array = #"""
        "shape": [2], "chunks": [2], "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null
        """#

    @Test("v2 metadata come from .zmetadata alone, chunks from the store")
    func v2() throws {
        let base = try Self.store([
            ".zmetadata": #"""
            {"zarr_consolidated_format": 1, "metadata": {".zgroup": {"zarr_format": 2},
             "a/.zarray": {"zarr_format": 2, \#(Self.array)}, "a/.zattrs": {"x": 1.50}, "g/h/.zgroup": {"zarr_format": 2}}}
            """#,
            "a/0": "\u{1}\u{2}",
            "new/.zgroup": "{}",
        ])
        let store = try ConsolidatedStore(base)
        base.reset()
        let array = try ZarrArray.open(store, StoreKey("a"))
        #expect(array.metadata.attributes.description == #"{"x":1.50}"#)
        _ = try ZarrGroup.open(store)
        _ = try ZarrGroup.open(store, StoreKey("g/h"))
        #expect(throws: ZarrError.self) { try ZarrGroup.open(store, StoreKey("new")) }
        #expect(try store.list(.root) == [".zgroup", "a", "g"])
        #expect(try store.list(StoreKey("g")) == ["h"])
        #expect(base.counts == CountingStore.Counts())
        #expect(try array.read(Region(wholeOf: [2])).bytes == [1, 2])
        #expect(try store.list(StoreKey("a")) == ["0"])
    }

    @Test("v3 metadata come from the root's zarr.json alone, chunks from the store")
    func v3() throws {
        let array = #"""
            {"zarr_format": 3, "node_type": "array", "shape": [2], "data_type": "uint8", "fill_value": 0,
             "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}}, "chunk_key_encoding": "default",
             "codecs": ["bytes"]}
            """#
        let base = try Self.store([
            "zarr.json": #"""
            {"zarr_format": 3, "node_type": "group", "attributes": {"x": 1}, "consolidated_metadata":
              {"must_understand": false, "kind": "inline", "metadata":
                {"g": {"zarr_format": 3, "node_type": "group"}, "g/a": \#(array)}}}
            """#,
            "g/a/c/0": "\u{1}\u{2}",
        ])
        let store = try ConsolidatedStore(base)
        base.reset()
        #expect(try ZarrGroup.open(store).attributes == ["x": 1])
        _ = try ZarrGroup.open(store, StoreKey("g"))
        let opened = try ZarrArray.open(store, StoreKey("g/a"))
        #expect(try store.list(.root) == ["g", "zarr.json"])
        #expect(base.counts == CountingStore.Counts())
        #expect(try opened.read(Region(wholeOf: [2])).bytes == [1, 2])
        #expect(try store.list(StoreKey("g/a")) == ["c"])
    }

    @Test(
        "what is no consolidated metadata is refused",
        arguments: [
            ("zarr.json", #"{"zarr_format": 3}"#, ZarrError.Code.notFound),
            ("zarr.json", #"{"consolidated_metadata": null}"#, .notFound),
            ("zarr.json", #"{"consolidated_metadata": {"kind": "other"}}"#, .unsupported),
            ("zarr.json", #"{"consolidated_metadata": {"kind": "inline", "metadata": []}}"#, .corrupt),
            ("zarr.json", #"{"consolidated_metadata": {"metadata": {"../x": {}}}}"#, .corrupt),
            ("zarr.json", "<html>", .corrupt),
            (".zmetadata", #"{"metadata": {"/etc/.zgroup": {}}}"#, .corrupt),
            (".zmetadata", "{}", .corrupt),
            (".zgroup", "{}", .notFound),
        ])
    func refuses(path: String, document: String, code: ZarrError.Code) throws {
        let base = try Self.store([path: document])
        #expect("\(document)") {
            try ConsolidatedStore(base)
        } throws: {
            ($0 as? ZarrError)?.code == code
        }
    }
}
