import Testing
import Zarr

/// What reading ZIP archives can get wrong. That it is a store at all is tested in ``StoreTests``.
struct ZipStoreTests {
    private static func store(_ entries: [ZipBuilder.Entry]) throws -> ZipStore {
        try ZipStore(bytes: ZipBuilder(entries: entries).archive())
    }

    /// The error of opening an archive and reading all of it.
    private static func failure(_ entries: [ZipBuilder.Entry]) throws -> ZarrError? {
        do {
            let store = try store(entries)
            for entry in store.entries { _ = try store.read(entry.key) }
            return nil
        } catch let error as ZarrError {
            return error
        }
    }

    @Test("entries of each method are read, whole and in parts", arguments: [0, 8, 93] as [UInt16])
    func methods(method: UInt16) throws {
        let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 100) }
        let store = try Self.store([.init("a", content, method: method)]), key = try StoreKey("a")
        #expect(try store.read(key) == content)
        #expect(try store.size(key) == content.count)
        for _ in 0..<2 {
            let parts = try store.read(key, [.from(offset: 50_000, count: 7), .suffix(count: 3)])
            #expect(parts == [Array(content[50_000..<50_007]), content.suffix(3)])
        }
        #expect(store.entries.map(\.method) == [ZipMethod(rawValue: method)])
    }

    @Test("other methods are refused by name, and so is encryption; the rest of the archive is read")
    func unsupported() throws {
        for (method, name) in [(1, "shrink"), (9, "deflate64"), (12, "bzip2"), (14, "lzma"), (95, "xz"), (77, "77")] {
            let store = try Self.store([.init("a", [1], method: UInt16(method)), .init("b", [2])])
            #expect { try store.read(StoreKey("a")) } throws: { error in
                let error = error as? ZarrError
                return error?.code == .unsupported && error?.message.contains(name) == true
            }
            #expect(throws: ZarrError.self) { try store.read(StoreKey("a"), [.from(offset: 0, count: 1)]) }
            #expect(try store.read(StoreKey("b")) == [2])
        }
        for flag in [0x1, 0x40, 0x41] as [UInt16] {
            var entry = ZipBuilder.Entry("a", [1, 2, 3])
            entry.flags = flag
            let store = try Self.store([entry])
            for read in [{ try store.read($0) }, { try store.read($0, [.suffix(count: 1)])?.first }]
                as [(StoreKey) throws -> [UInt8]?]
            {
                #expect { try read(StoreKey("a")) } throws: { error in
                    let error = error as? ZarrError
                    return error?.code == .unsupported && error?.message.contains("encrypted") == true
                }
            }
        }
    }

    @Test("of two entries with one name the last counts")
    func duplicates() throws {
        let store = try Self.store([.init("a", [1]), .init("b", [2]), .init("a", [3]), .init("a", [4])])
        #expect(try store.read(StoreKey("a")) == [4])
        #expect(try store.read(StoreKey("b")) == [2])
        #expect(try store.list(.root) == ["a", "b"])
        #expect(store.entries.count == 4)
    }

    @Test("names are UTF-8 where they say so, else code page 437, unless a field gives the Unicode path")
    func names() throws {
        var cp437 = ZipBuilder.Entry("")
        (cp437.name, cp437.flags) = ([0x81, 0x2F, 0xE1, 0xFF], 0)
        var field = ZipBuilder.Entry("plain")
        field.extra = [0x75, 0x70, 10, 0, 1] + little(ZipBuilder.crc32(field.name)) + Array("näh".utf8) + [0x21]
        var stale = ZipBuilder.Entry("other")
        stale.extra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x61]
        let store = try Self.store([cp437, field, stale, .init("x\\y")])
        #expect(store.entries.map(\.key.path) == ["ü/ß\u{A0}", "näh!", "other", "x/y"])
    }

    @Test("folders are no objects")
    func folders() throws {
        let store = try Self.store([.init("a/"), .init("a/b/"), .init("a/c", [1]), .init("d\\")])
        #expect(store.entries.map(\.key.path) == ["a/c"])
        #expect(try store.list(.root) == ["a"])
    }

    @Test(
        "a name that could lead out of the archive, or nowhere, is refused",
        arguments: ["../x", "/x", "a/../../x", "..\\x", "a//b", ".", "", "a\0b", "\\\\server\\x"])
    func unsafeNames(name: String) throws {
        #expect(try Self.failure([.init(name)])?.code == .corrupt)
    }

    @Test("claims that the bytes do not bear out are refused")
    func falseClaims() throws {
        var crc = ZipBuilder.Entry("a", [1, 2, 3]), size = crc, both = crc
        crc.crc32 = 0
        size.size = 4
        (both.size, both.compressedSize) = (1 << 30, 1 << 30)
        for entry in [crc, size, both] { #expect(try Self.failure([entry])?.code == .corrupt) }
        let store = try Self.store([crc]), key = try StoreKey("a")
        #expect(throws: ZarrError.self) { try store.read(key, [.suffix(count: .max)]) }
        #expect(try store.read(key, [.from(offset: 1, count: 2)]) == [[2, 3]])
        // A bomb that claims too little, and one that claims more than deflate can hold.
        let zeros = [UInt8](repeating: 0, count: 1_000_000)
        for method in [8, 93] as [UInt16] {
            for claim in [10, 999_999, 1_000_001, 0xFFFF_FFF0] as [UInt32] {
                var bomb = ZipBuilder.Entry("a", zeros, method: method)
                bomb.size = claim
                let code = try Self.failure([bomb])?.code
                #expect(code == .corrupt || claim > 1 << 30 && code == .limitExceeded, "\(method) \(claim)")
            }
        }
    }

    @Test("the comment may be of any length, and hold what looks like an end record")
    func comments() throws {
        let fake = little(UInt32(0x0605_4b50)) + [UInt8](repeating: 7, count: 30)
        for comment in [[], Array("text".utf8), fake, [UInt8](repeating: 0x50, count: 65_535)] {
            let archive = try ZipBuilder(entries: [.init("a", [1])], comment: comment).archive()
            let store = try ZipStore(bytes: archive)
            #expect(store.comment == comment)
            #expect(try store.read(StoreKey("a")) == [1])
            #expect(throws: ZarrError.self) { try ZipStore(bytes: archive + [0]) }
        }
    }

    @Test("a directory larger than one block is read, and a wrong count is noticed")
    func largeDirectory() throws {
        let entries = (0..<20_000).map {
            ZipBuilder.Entry("level/\($0 % 100)/c/\($0)", [UInt8(truncatingIfNeeded: $0)])
        }
        var archive = try ZipBuilder(entries: entries).archive()
        let store = try ZipStore(bytes: archive)
        #expect(store.entries.count == 20_000)
        for number in stride(from: 0, to: 20_000, by: 37) {
            let key = try StoreKey("level/\(number % 100)/c/\(number)")
            #expect(try store.read(key) == [UInt8(truncatingIfNeeded: number)])
        }
        #expect(try store.list(StoreKey("level")).count == 100)
        #expect(try store.list(StoreKey("level/7/c")).count == 200)
        for count in [0, 19_999, 20_001] as [UInt16] {
            archive.replaceSubrange(archive.count - 14..<archive.count - 10, with: little(count) + little(count))
            #expect { try ZipStore(bytes: archive) } throws: { ($0 as? ZarrError)?.code == .corrupt }
        }
    }

    @Test("a path that is empty, absent or a folder is no archive")
    func wrongPaths() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path, folder.path + "/none", ""] {
            #expect { try ZipStore(path: path) } throws: { ($0 as? ZarrError)?.code == .notFound }
        }
    }

    @Test("the hierarchy is found inside the folders that were zipped with it")
    func hierarchy() throws {
        for (names, key) in [
            (["zarr.json", "a/zarr.json"], ""), (["x.zarr/.zgroup", "x.zarr/a/.zarray"], "x.zarr"),
            (["a/.zarray", "b/.zarray"], ""), (["d/e/x.zarr/zarr.json", "__MACOSX/d/y", ".DS_Store"], "d/e/x.zarr"),
            (["a"], ""), ([], ""),
        ] {
            #expect(try Self.store(names.map { .init($0) }).hierarchyKey().path == key)
        }
    }
}
