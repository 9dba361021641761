import OMEZarr
import Pyramid
import Testing
import Zarr

/// What can be wrong with an output, and that all of it is found and made whole again.
@Suite("Verifying and repairing an output")
struct VerificationTests {
    private static let test = ResumeTests.cases[1]

    private static func source(_ seed: UInt64 = 3) -> MemoryImage {
        MemoryImage(test.image, natural: test.natural, seed: seed, values: test.values)
    }

    private static let identity = ConversionIdentity(
        program: "tests 1", name: nil, arguments: [], input: "", plan: "")

    /// A finished output of the sharded tiled image; its journal is gone.
    private static func output() throws -> OutputFolder {
        let folder = try OutputFolder()
        let store = RecordedStore(
            folder.store, identity, journal: try Journal.start(in: folder.store, identity))
        try convert(source(), into: store)
        try store.finish(.v3)
        return folder
    }

    private static func convert(_ source: MemoryImage, into store: any WritableStore) throws {
        let plan = try ConversionTests.plan(test, source, threads: 2)
        _ = try Conversion(
            source, plan, into: store, generator: Generator(name: "ome-zarr", version: "1")
        ).run()
    }

    private static var options: PyramidOptions {
        PyramidOptions(compression: [], memory: 256 << 20, threads: 2)
    }

    /// Keys in which something is found, by the manifest; by what levels follow from; and by decoding.
    private static func findings(_ folder: OutputFolder, manifest: Bool = true) throws -> Discrepancies {
        let found = Discrepancies(), check = Verification(folder.store, threads: 2)
        if manifest { try check.checkObjects(#require(try ManifestContents(folder.store)), found) }
        let compared = try check.checkLevels(options: options, found)
        try check.checkDecoding(except: compared, found)
        return found
    }

    private static func keys(_ found: Discrepancies) -> [String] { found.list.map(\.key.path) }

    private static func change(
        _ folder: OutputFolder, _ key: String, _ body: (inout [UInt8]) -> Void
    ) throws {
        var bytes = try #require(try folder.store.read(StoreKey(key)))
        body(&bytes)
        try folder.store.write(StoreKey(key), bytes)
    }

    /// Damage, and the objects in which it is found.
    private static let damages: [(name: String, keys: [String], damage: @Sendable (OutputFolder) throws -> Void)] = [
        ("a missing shard", ["0/c/1/0"], { try $0.store.remove(StoreKey("0/c/1/0")) }),
        ("a truncated shard", ["0/c/1/0"], { try change($0, "0/c/1/0") { $0.removeLast(7) } }),
        ("a flipped bit in a chunk", ["0/c/1/0"], { try change($0, "0/c/1/0") { $0[20] ^= 4 } }),
        ("a flipped bit in an index", ["1/c/0/0"], { try change($0, "1/c/0/0") { $0[$0.count - 9] ^= 1 } }),
        (
            "swapped shards", ["0/c/0/0", "0/c/0/1"],
            { folder in
                let a = try #require(try folder.store.read(StoreKey("0/c/0/0")))
                let b = try #require(try folder.store.read(StoreKey("0/c/0/1")))
                try folder.store.write(StoreKey("0/c/0/0"), b)
                try folder.store.write(StoreKey("0/c/0/1"), a)
            }
        ),
        (
            "a shard nobody wrote", ["0/c/7/7"],
            { try $0.store.write(StoreKey("0/c/7/7"), [1, 2, 3]) }
        ),
        ("edited metadata", ["zarr.json"], { try change($0, "zarr.json") { $0.append(UInt8(ascii: " ")) } }),
        ("missing metadata of a level", ["1/zarr.json"], { try $0.store.remove(StoreKey("1/zarr.json")) }),
    ]

    @Test("finds nothing in an output as it was written, with its manifest or without")
    func sound() throws {
        let folder = try Self.output()
        #expect(try Self.findings(folder).count == 0)
        #expect(try Self.findings(folder, manifest: false).count == 0)
        let found = Discrepancies()
        try Self.convert(Self.source(), into: ComparingStore(folder.store, found))
        #expect(found.count == 0)
    }

    @Test("finds every kind of damage, and repair makes the output what it was", arguments: damages.indices)
    func damage(_ number: Int) throws {
        let (name, keys, damage) = Self.damages[number]
        let folder = try Self.output(), expected = try folder.contents()
        try damage(folder)
        let found = try Self.findings(folder)
        #expect(Set(Self.keys(found)).isSuperset(of: keys), "\(name)")
        let objects = Self.keys(found).filter { expected.keys.contains($0) }
        #expect(Set(objects).subtracting(keys).isEmpty, "\(name) is found where it is not")

        let manifest = try #require(try ManifestContents(folder.store))
        let watched = Self.source()
        let store = try RecordedStore(
            repairing: folder.store, Self.identity, journal: Journal.start(in: folder.store, Self.identity), manifest,
            found)
        for key in keys where expected[key] == nil { try folder.store.remove(StoreKey(key)) }
        try Self.convert(watched, into: store)
        try store.finish(.v3)
        #expect(try folder.contents() == expected, "\(name)")
        #expect(try Self.findings(folder).count == 0)
    }

    @Test("what is found beyond the list is repaired, too")
    func unlistedDamage() throws {
        let folder = try Self.output(), expected = try folder.contents()
        let manifest = try #require(try ManifestContents(folder.store)), found = Discrepancies(limit: 1)
        for key in expected.keys where key.contains("/c/") { try folder.store.remove(StoreKey(key)) }
        try Verification(folder.store, threads: 2).checkObjects(manifest, found)
        #expect(found.list.count == 1 && found.count > 3)
        let store = try RecordedStore(
            repairing: folder.store, Self.identity, journal: Journal.start(in: folder.store, Self.identity), manifest,
            found)
        try Self.convert(Self.source(), into: store)
        try store.finish(.v3)
        #expect(try folder.contents() == expected)
    }

    @Test("a level made from the wrong parent is found, even where the manifest was made anew")
    func wrongParent() throws {
        let folder = try Self.output()
        let other = try OutputFolder()
        try Self.convert(Self.source(99), into: other.store)
        let shard = try StoreKey("1/c/0/0")
        try folder.store.write(shard, try #require(try other.store.read(shard)))
        try Manifest.update(folder.store, [shard])
        let found = try Self.findings(folder)
        #expect(Self.keys(found) == ["1/c/0/0"])
        #expect(found.list[0].message.contains("do not follow from the level below"))
        let against = Discrepancies()
        try Self.convert(Self.source(), into: ComparingStore(folder.store, against))
        #expect(Self.keys(against) == ["1/c/0/0"])
    }

    @Test("another input is told pixel by pixel")
    func otherInput() throws {
        let folder = try Self.output(), found = Discrepancies()
        try Self.convert(Self.source(4), into: ComparingStore(folder.store, found))
        let stored = try folder.contents().keys.filter { $0.contains("/c/") }
        #expect(Self.keys(found) == stored.sorted())
        #expect(found.list[0].message.contains("differ from the input"))
    }

    @Test("an edit that the manifest is told of is no damage")
    func edits() throws {
        let folder = try Self.output()
        try Self.change(folder, "zarr.json") { $0.append(UInt8(ascii: "\n")) }
        try folder.store.write(StoreKey("notes/zarr.json"), Array(#"{"zarr_format":3,"node_type":"group"}"#.utf8))
        #expect(try Self.keys(Self.findings(folder)) == ["notes/zarr.json", "zarr.json"])
        try Manifest.update(folder.store, [StoreKey("zarr.json"), StoreKey("notes")])
        #expect(try Self.findings(folder).count == 0)
    }

    @Test("of more findings than are listed every object is still known")
    func manyFindings() throws {
        let found = Discrepancies(), count = Discrepancies.listLimit + 50_000
        func key(_ number: Int) throws -> StoreKey { try StoreKey("0/c/\(number)") }
        for number in 0..<count { found.note(try key(number), "missing") }
        for number in 0..<count { #expect(try found.concerns(key(number))) }
        #expect(found.list.count == Discrepancies.listLimit)
        #expect((count - 200...count).contains(found.count))
        // Of those that are sound few are taken for others.
        let mistaken = try (count..<2 * count).filter { try found.concerns(key($0)) }.count
        #expect(mistaken < count / 100)
    }

    @Test("what is being changed is neither damage nor known, until the change is noted")
    func announcedChanges() throws {
        let folder = try Self.output()
        let document = try StoreKey("zarr.json"), added = try StoreKey("labels/cells")
        try Manifest.announce(folder.store, [document, added])
        try Manifest.announce(folder.store, [document])
        try Self.change(folder, "zarr.json") { $0.append(UInt8(ascii: " ")) }
        try ZarrGroup.create(folder.store, added, format: .v3, attributes: [:])
        try ZarrGroup.create(folder.store, StoreKey("labels"), format: .v3, attributes: [:])
        #expect(try Self.keys(Self.findings(folder)) == ["labels/zarr.json"])
        try Manifest.update(folder.store, [document, added, StoreKey("labels/zarr.json")])
        let contents = try #require(try ManifestContents(folder.store))
        #expect(contents.changing.isEmpty && contents.added == [added])
        #expect(try contents.isAdded(StoreKey("labels/cells/0")) && !contents.isAdded(StoreKey("labels/cells2")))
        #expect(try Self.findings(folder).count == 0)
        try Self.change(folder, "labels/cells/zarr.json") { $0.append(UInt8(ascii: " ")) }
        #expect(try Self.keys(Self.findings(folder)) == ["labels/cells/zarr.json"])
    }

    @Test("a manifest made of what is there says the same as the one that is lost")
    func recovery() throws {
        let folder = try Self.output()
        let lost = try #require(try ManifestContents(folder.store))
        try folder.store.remove(StoreKey(Manifest.file))
        let found = try ManifestContents(recovering: folder.store, Self.identity)
        #expect(Array(found) == lost.filter { $0.stamp != nil })
        #expect(found.input == lost.input && found.plan == lost.plan && found.program == lost.program)
    }

    @Test("a check knows how much it looks at")
    func progress() throws {
        let folder = try Self.output()
        let manifest = try #require(try ManifestContents(folder.store))
        let checks: [(Verification, Discrepancies) throws -> Void] = [
            { try $0.checkObjects(manifest, $1) }, { _ = try $0.checkLevels(options: Self.options, $1) },
            { try $0.checkDecoding($1) },
        ]
        for check in checks {
            let progress = ConversionProgress()
            try check(Verification(folder.store, threads: 2, progress: progress), Discrepancies())
            #expect(progress.pixelBytesExpected > 0 && progress.pixelBytesDone == progress.pixelBytesExpected)
        }
    }

    @Test("the manifest names every object once, in order, with what lies there")
    func manifest() throws {
        let folder = try Self.output()
        let manifest = try #require(try ManifestContents(folder.store))
        let contents = try folder.contents()
        #expect(
            Set(manifest.compactMap { $0.stamp == nil ? nil : $0.key.path })
                == Set(contents.keys).subtracting([Manifest.file]))
        for entry in manifest {
            #expect(manifest.entry(entry.key) == entry)
            #expect(try folder.store.stamp(of: entry.key) == entry.stamp)
        }
        #expect(try manifest.entry(StoreKey("0/c/9/9")) == nil && manifest.entry(StoreKey("0")) == nil)
    }

    @Test("a manifest that is cut or changed anywhere is refused or says something else, and never traps")
    func damagedManifest() throws {
        let folder = try Self.output(), memory = MemoryStore()
        let bytes = try #require(try folder.store.read(StoreKey(Manifest.file)))
        let sound = try #require(try ManifestContents(folder.store)).map(\.self)
        let header = bytes.count - bytes.split(separator: 10).dropFirst(4).reduce(0) { $0 + $1.count + 1 }
        for place in header..<bytes.count {
            var changed = bytes
            changed[place] ^= 0x15
            try memory.write(StoreKey(Manifest.file), changed)
            let read = try? ManifestContents(memory)
            #expect(read?.map(\.self) != sound, "byte \(place)")
        }
        for count in 0..<header {
            try memory.write(StoreKey(Manifest.file), Array(bytes.prefix(count)))
            #expect(try throwsCorrupt { _ = try ManifestContents(memory) } || count >= header - 1, "cut after \(count)")
        }
    }

    private func throwsCorrupt(_ body: () throws -> Void) throws -> Bool {
        do {
            try body()
            return false
        } catch let error as ZarrError where error.code == .corrupt {
            return true
        }
    }
}
