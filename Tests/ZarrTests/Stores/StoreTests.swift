import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What every store must do, and what only directories can get wrong.
struct StoreTests {
    enum Kind: CaseIterable { case memory, directory }

    /// A store and what has to live as long as it does.
    static func make(_ kind: Kind) throws -> (store: any WritableStore, owner: AnyObject?) {
        switch kind {
        case .memory: return (MemoryStore(), nil)
        case .directory:
            let folder = try TemporaryFolder()
            return (try DirectoryStore(path: folder.path, create: false), folder)
        }
    }

    @Test("what is written is read, whole and in parts", arguments: Kind.allCases)
    func readsBack(kind: Kind) throws {
        let (store, owner) = try Self.make(kind)
        let key = try StoreKey("a/b/c")
        try store.write(key, [1, 2, 3, 4, 5])
        #expect(try store.read(key) == [1, 2, 3, 4, 5])
        #expect(try store.size(key) == 5)
        let parts = try store.read(
            key, [.from(offset: 1, count: 2), .suffix(count: 2), .suffix(count: 9), .from(offset: 5, count: 0)])
        #expect(parts == [[2, 3], [4, 5], [1, 2, 3, 4, 5], []])
        try store.write(key, [9])
        #expect(try store.read(key) == [9])
        try store.write(key, [])
        #expect(try store.read(key) == [])
        withExtendedLifetime(owner) {}
    }

    @Test("what is absent is nil", arguments: Kind.allCases)
    func absent(kind: Kind) throws {
        let (store, owner) = try Self.make(kind)
        try store.write(StoreKey("a/b"), [1])
        for path in ["x", "a", "a/b/c", "a/x", "", String(repeating: "n", count: 300)] {
            #expect(try store.read(StoreKey(path)) == nil, "\(path)")
            #expect(try store.read(StoreKey(path), [.suffix(count: 1)]) == nil, "\(path)")
            #expect(try store.size(StoreKey(path)) == nil, "\(path)")
        }
        #expect(try store.list(StoreKey("x")) == [])
        withExtendedLifetime(owner) {}
    }

    @Test("a range past the end is corrupt and names the key", arguments: Kind.allCases)
    func rangesPastTheEnd(kind: Kind) throws {
        let (store, owner) = try Self.make(kind)
        let key = try StoreKey("k")
        try store.write(key, [1, 2, 3])
        let hostile: [ByteRange] = [
            .from(offset: 2, count: 2), .from(offset: 4, count: 0), .from(offset: .max, count: .max),
            .from(offset: 1, count: .max), .from(offset: -1, count: 1), .from(offset: 0, count: -1),
        ]
        for range in hostile {
            #expect { try store.read(key, [range]) } throws: {
                ($0 as? ZarrError)?.code == .corrupt && ($0 as? ZarrError)?.key == key
            }
        }
        withExtendedLifetime(owner) {}
    }

    @Test("names are listed once, sorted, one level deep", arguments: Kind.allCases)
    func lists(kind: Kind) throws {
        let (store, owner) = try Self.make(kind)
        for path in ["b/2", "b/1/x", "b/1/y", "a", ".zgroup"] { try store.write(StoreKey(path), [0]) }
        #expect(try store.list(.root) == [".zgroup", "a", "b"])
        #expect(try store.list(StoreKey("b")) == ["1", "2"])
        withExtendedLifetime(owner) {}
    }

    @Test("removing takes everything below, and nothing is no error", arguments: Kind.allCases)
    func removes(kind: Kind) throws {
        let (store, owner) = try Self.make(kind)
        for path in ["b/2", "b/1/x", "bb", "a"] { try store.write(StoreKey(path), [0]) }
        try store.remove(StoreKey("b"))
        try store.remove(StoreKey("nothing/there"))
        #expect(try store.list(.root) == ["a", "bb"])
        try store.write(StoreKey("b/2"), [7])
        #expect(try store.read(StoreKey("b/2")) == [7])
        withExtendedLifetime(owner) {}
    }

    @Test("an object written in pieces appears when committed, and never when abandoned", arguments: Kind.allCases)
    func piecewise(kind: Kind) throws {
        let (store, owner) = try Self.make(kind)
        let key = try StoreKey("d/k")
        let writer = try store.begin(key)
        try [1, 2].withUnsafeBytes { try writer.append($0) }
        #expect(try store.read(key) == nil)
        #expect(try store.list(StoreKey("d")) == [])
        let first = writer.count
        try writer.commit()
        writer.abandon()
        #expect(try store.size(key) == first)
        #expect(throws: ZarrError.self) { try writer.commit() }

        let dropped = try store.begin(StoreKey("d/other"))
        dropped.abandon()
        #expect(throws: ZarrError.self) { try dropped.commit() }
        #expect(try store.list(StoreKey("d")) == ["k"])
        withExtendedLifetime(owner) {}
    }

    @Test("the counting store counts calls, ranges and bytes")
    func counts() throws {
        let memory = MemoryStore()
        try memory.write(StoreKey("k"), [1, 2, 3])
        let store = CountingStore(memory)
        _ = try store.read(StoreKey("k"))
        _ = try store.read(StoreKey("k"), [.suffix(count: 1), .from(offset: 0, count: 1)])
        _ = try store.size(StoreKey("k"))
        var expected = CountingStore.Counts()
        (expected.wholeReads, expected.rangeReads, expected.ranges, expected.sizes, expected.bytes) = (1, 1, 2, 1, 5)
        #expect(store.counts == expected)
    }
}

struct DirectoryStoreTests {
    @Test("an abandoned or dropped object leaves no file behind, not even a hidden one")
    func leavesNothing() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        try store.begin(StoreKey("a")).abandon()
        _ = try store.begin(StoreKey("b"))
        #expect(try Self.files(folder.path) == [])
        let open = try store.begin(StoreKey("c"))
        #expect(try Self.files(folder.path).allSatisfy { $0.hasPrefix(".zarr-tmp-") })
        #expect(try store.list(.root) == [])
        try open.commit()
        #expect(try Self.files(folder.path) == ["c"])
    }

    @Test("a file where a directory should be is an I/O failure with its errno")
    func fileInTheWay() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        try store.write(StoreKey("a"), [1])
        #expect { try store.write(StoreKey("a/b"), [1]) } throws: {
            ($0 as? ZarrError)?.code == .ioFailure && ($0 as? ZarrError)?.errno == ENOTDIR
        }
        try store.write(StoreKey("d/x"), [1])
        #expect { try store.write(StoreKey("d"), [1]) } throws: { ($0 as? ZarrError)?.errno == EISDIR }
        #expect(try store.list(.root) == ["a", "d"])
    }

    @Test("a directory that is absent or a file is not found")
    func missingDirectory() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path + "/none", #filePath] {
            #expect { try DirectoryStore(path: path, create: false) } throws: {
                ($0 as? ZarrError)?.code == .notFound
            }
        }
        let made = try DirectoryStore(path: folder.path + "/x/y//", create: true)
        #expect(made.path == folder.path + "/x/y")
    }

    @Test("many threads write one key, and readers only ever see whole objects")
    func atomicWrites() async throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        let key = try StoreKey("deep/er/k")
        try store.write(key, [UInt8](repeating: 0, count: 100_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...4 as ClosedRange<UInt8> {
                group.addTask {
                    for _ in 0..<50 { try store.write(key, [UInt8](repeating: writer, count: 100_000)) }
                }
            }
            group.addTask {
                for _ in 0..<100 {
                    let bytes = try #require(try store.read(key))
                    #expect(bytes.count == 100_000 && Set(bytes).count == 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try Self.files(folder.path + "/deep/er") == ["k"])
    }

    @Test("a directory removed behind the store's back is made again")
    func vanishedDirectory() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        try store.write(StoreKey("a/b/k"), [1])
        try DirectoryStore(path: folder.path, create: false).remove(StoreKey("a"))
        try store.write(StoreKey("a/b/k"), [2])
        #expect(try store.read(StoreKey("a/b/k")) == [2])
    }

    @Test("a sparse file larger than memory is refused, its parts are not")
    func sparseFile() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        let key = try StoreKey("k")
        try store.write(key, [1, 2, 3])
        try #require(truncate(folder.path + "/k", 1 << 43) == 0)
        #expect { try store.read(key) } throws: { ($0 as? ZarrError)?.code == .limitExceeded }
        #expect(try store.read(key, [.from(offset: 0, count: 4)]) == [[1, 2, 3, 0]])
    }

    @Test("symbolic links are followed when reading and removed without what they point to")
    func symbolicLinks() throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        try store.write(StoreKey("real/x"), [5])
        #expect(symlink(folder.path + "/real", folder.path + "/link") == 0)
        #expect(try store.read(StoreKey("link/x")) == [5])
        try store.remove(StoreKey("link"))
        #expect(try store.list(.root) == ["real"])
        #expect(try store.read(StoreKey("real/x")) == [5])
    }

    @Test("an empty path is no directory, not the current one", arguments: [false, true])
    func emptyPath(create: Bool) {
        #expect {
            try DirectoryStore(path: "", create: create)
        } throws: {
            ($0 as? ZarrError)?.code == .invalidCall
        }
    }

    /// Every name in a directory, hidden ones too.
    static func files(_ path: String) throws -> [String] {
        let directory = try #require(opendir(path))
        defer { closedir(directory) }
        var names = [String]()
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

struct StoreKeyTests {
    @Test(
        "a key that could leave its store cannot be built",
        arguments: [
            "..", "a/../b", "/a", "a/", "a//b", ".", "a/.", "a\\b", "a\0b", "../\u{301}a", "\u{301}/../\u{301}",
        ])
    func refusesEscapes(path: String) {
        #expect { try StoreKey(path) } throws: { ($0 as? ZarrError)?.code == .invalidCall }
        #expect(throws: ZarrError.self) { try StoreKey("x").appending(path) }
    }

    @Test("a key knows its parent and its name by bytes")
    func parts() throws {
        let key = try StoreKey("a/\u{301}b/c")
        #expect(key.name == "c")
        #expect(try key.parent == StoreKey("a/\u{301}b"))
        #expect(try key.parent?.parent == StoreKey("a"))
        #expect(try StoreKey("a").parent == .root)
    }
}
