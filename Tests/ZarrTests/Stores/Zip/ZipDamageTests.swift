import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Damaged archives give an error or the right bytes, never a crash, a hang or a claim on memory.
struct ZipDamageTests {
    private static let contents: [(String, [UInt8], UInt16)] = [
        ("zarr.json", Array(#"{"zarr_format": 3}"#.utf8), 0), ("a/0", (0..<200).map { UInt8($0) }, 0),
        ("a/1", [UInt8](repeating: 5, count: 3000), 8), ("ü/2", [UInt8](repeating: 6, count: 3000), 93),
        ("empty", [], 0),
    ]

    /// An archive of every method, and one of ours with ZIP64 records.
    private static func archives() throws -> [[UInt8]] {
        var builder = ZipBuilder(entries: contents.map { .init($0.0, $0.1, method: $0.2) })
        builder.comment = Array("comment".utf8)
        let folder = try TemporaryFolder(), writer = try ZipWriter(path: folder.path + "/a.zip")
        // The document comes last, so that no room is kept for it.
        for (path, bytes, _) in contents.reversed() { try writer.write(StoreKey(path), bytes) }
        try writer.finish()
        let ours = try DirectoryStore(path: folder.path, create: false).read(StoreKey("a.zip"))
        return [try builder.archive(), try #require(ours)]
    }

    /// Opens an archive and reads everything in it; true where that worked.
    @discardableResult
    private func survives(_ archive: [UInt8], _ what: @autoclosure () -> String) -> Bool {
        var isSound = true
        guard let store = try? ZipStore(bytes: archive) else { return false }
        for entry in store.entries {
            let parts = try? store.read(entry.key, [.suffix(count: 10), .from(offset: 0, count: 1)])
            #expect(parts == nil || parts?[0].count == min(10, entry.size), "\(what())")
            guard let bytes = try? store.read(entry.key) else {
                isSound = false
                continue
            }
            #expect(Self.contents.contains { $0.1 == bytes }, "\(what()): wrong bytes of \(entry.key)")
            #expect((try? store.list(entry.key)) != nil)
        }
        return isSound && store.entries.count == Self.contents.count
    }

    @Test("every bit flipped")
    func bits() throws {
        for archive in try Self.archives() {
            #expect(survives(archive, "whole"))
            for bit in 0..<archive.count * 8 {
                var damaged = archive
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                survives(damaged, "bit \(bit)")
            }
        }
    }

    @Test("every byte replaced by those that mean something")
    func bytes() throws {
        for archive in try Self.archives() {
            for place in archive.indices {
                for byte in [0, 1, 0x2E, 0x2F, 0x5C, 0x7F, 0x80, 0xFF] as [UInt8] {
                    var damaged = archive
                    damaged[place] = byte
                    survives(damaged, "byte \(place) is \(byte)")
                }
            }
        }
    }

    @Test("cut anywhere, at either end, it is no archive")
    func cuts() throws {
        for archive in try Self.archives() {
            for count in 1...archive.count {
                #expect(!survives(Array(archive.dropLast(count)), "\(count) cut from the end"))
                #expect(!survives(Array(archive.dropFirst(count)), "\(count) cut from the front"))
            }
        }
    }

    @Test("any ranges changed, zeroed, taken out, put in or doubled", arguments: 0..<8)
    func mutations(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let archives = try Self.archives()
        for round in 0..<4000 {
            var damaged = archives[round % archives.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) where damaged.count > 1 {
                let start = Int.random(in: 0..<damaged.count, using: &random)
                let end = min(damaged.count, start + Int.random(in: 1...16, using: &random))
                switch Int.random(in: 0...4, using: &random) {
                case 0: for place in start..<end { damaged[place] = UInt8.random(in: 0...255, using: &random) }
                case 1: for place in start..<end { damaged[place] = Bool.random(using: &random) ? 0 : 0xFF }
                case 2: damaged.removeSubrange(start..<end)
                case 3: damaged.insert(contentsOf: random.bytes(end - start), at: start)
                default: damaged.insert(contentsOf: damaged[start..<end], at: start)
                }
            }
            survives(damaged, "seed \(seed), round \(round)")
        }
    }

    @Test("a sparse file that claims terabytes is refused at once")
    func sparse() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.zip"
        let size = 1 << 42
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        // A ZIP64 directory of nearly the whole file, with as many entries as fit, all zeros.
        let directory = UInt64(size - 98), count = directory / 46
        let end: [UInt8] =
            little(UInt32(0x0606_4b50)) + little(UInt64(44)) + little(UInt32(0x2D_002D)) + little(UInt64(0))
            + little(count) + little(count) + little(directory) + little(UInt64(0)) + little(UInt32(0x0706_4b50))
            + little(UInt32(0)) + little(directory) + little(UInt32(1)) + little(UInt32(0x0605_4b50))
            + [UInt8](repeating: 0, count: 4) + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
        #expect(end.count == 98)
        #expect(pwrite(descriptor, end, end.count, off_t(directory)) == end.count)
        #expect { try ZipStore(path: path) } throws: { ($0 as? ZarrError)?.description.contains("signature") == true }
    }
}
