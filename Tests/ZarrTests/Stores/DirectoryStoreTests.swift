import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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
