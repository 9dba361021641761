import OMEZarr
import Pyramid
import Testing
import Zarr

/// Copies that are interrupted at every change they make to the store, and gone on with.
@Suite("Going on with a copy")
struct CopyResumeTests {
    private static let identity = ConversionIdentity(program: "tests 1", name: nil, arguments: [], input: "", plan: "")

    /// An image of two levels whose first chunks are not stored.
    private static func source(_ version: OMEZarrVersion) throws -> MemoryStore {
        let store = MemoryStore()
        let levels = [[20, 30], [10, 15]].enumerated().map { level, shape in
            ImageDescription.Level(
                shape: shape, scale: [Double(1 << level), Double(1 << level)], translation: [0, 0])
        }
        let image = ImageDescription(axes: [.space("y"), .space("x")], levels: levels, type: .uint16)
        try ZarrGroup.create(
            store, format: version.zarrFormat, attributes: ImageMetadata(image).attributes(version))
        for (level, description) in levels.enumerated() {
            let metadata = ArrayMetadata(
                format: version.zarrFormat, shape: description.shape, type: .uint16, chunkShape: [7, 8],
                codecs: [.bytes(.uint16), .zstd(level: 1)], dimensionNames: version == .v05 ? ["y", "x"] : nil)
            let array = try ZarrArray.create(store, StoreKey(String(level)), metadata)
            var pixels = PixelBuffer(shape: description.shape, type: .uint16)
            for index in pixels.count / 3..<pixels.count { pixels.bytes[2 * index] = UInt8(index % 251) }
            try array.write(pixels)
        }
        return store
    }

    private static func plan(_ source: MemoryStore, _ way: Way) throws -> HierarchyCopyPlan {
        var options = CopyOptions(standardCompression: { _ in [.zstd()] }, memory: 1 << 24, threads: 1)
        switch way {
        case .objects: options.version = .v05
        case .old: options.version = .v04
        case .shards: options.sharding = .shape([14, 16])
        case .chunks: options.chunkShape = [5, 9]
        }
        return try HierarchyCopyPlan(of: source, options)
    }

    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case objects, old, shards, chunks
        var testDescription: String { rawValue }
    }

    /// - Returns: true where the copy was finished.
    private static func attempt(_ plan: HierarchyCopyPlan, _ folder: OutputFolder, changes: Int) throws -> Bool {
        let failing = FailingStore(folder.store, after: changes), store: RecordedStore
        if let (journal, contents) = try Journal.reopen(in: folder.store) {
            store = RecordedStore(failing, identity, journal: journal, earlier: contents)
        } else {
            store = RecordedStore(failing, identity, journal: try Journal.start(in: folder.store, identity))
        }
        do {
            try store.noteCleared()
            try HierarchyCopy(plan, into: store, spillingTo: folder.path).run()
            try store.finish(plan.format)
            return true
        } catch is FailingStore.Failure {
            try store.flush()
            return false
        }
    }

    @Test("ends byte for byte as one that was not interrupted, wherever that was", arguments: Way.allCases)
    func everyInterruption(_ way: Way) throws {
        let source = try Self.source(way == .objects ? .v04 : .v05), plan = try Self.plan(source, way)
        #expect(plan.listing == .own)
        let whole = try OutputFolder()
        #expect(try Self.attempt(plan, whole, changes: .max))
        let expected = try whole.contents()
        #expect(expected[Manifest.file] != nil && expected[Journal.file] == nil)
        var changes = 0
        while true {
            let folder = try OutputFolder()
            if try Self.attempt(plan, folder, changes: changes) { break }
            let found = try folder.contents()
            if found.keys.contains(where: Self.root.contains) {
                #expect(Self.withoutRoot(found) == Self.withoutRoot(expected), "an image after \(changes) changes")
            }
            #expect(try Self.attempt(plan, folder, changes: .max))
            #expect(try folder.contents() == expected, "after \(changes) changes")
            changes += 1
        }
        #expect(changes > 15)
    }

    /// What makes the output an image.
    private static let root: Set<String> = ["zarr.json", ".zattrs", ".zgroup"]

    private static func withoutRoot(_ contents: [String: [UInt8]]) -> [String: [UInt8]] {
        contents.filter { !root.contains($0.key) && $0.key != Journal.file }
    }

    @Test("the manifest lists every object, and those that rightly are not stored", arguments: Way.allCases)
    func manifest(_ way: Way) throws {
        let source = try Self.source(way == .objects ? .v04 : .v05), plan = try Self.plan(source, way)
        let folder = try OutputFolder()
        #expect(try Self.attempt(plan, folder, changes: .max))
        let listed = try #require(try ManifestContents(folder.store))
        let stored = try folder.contents().keys.filter { $0 != Manifest.file }
        #expect(Set(listed.filter { $0.stamp != nil }.map(\.key.path)) == Set(stored))
        let documents = stored.filter { name in
            [".zgroup", ".zattrs", ".zarray", "zarr.json", "conversion.json"].contains { name.hasSuffix($0) }
        }
        let objects = plan.nodes.reduce(0) { count, node in
            guard case .array(let array) = node.content else { return count }
            return count + array.objectCount
        }
        // Each shard has a chunk that is stored.
        #expect(listed.contains { $0.stamp == nil } == (way != .shards))
        #expect(listed.count == objects + documents.count)
        for entry in listed { #expect(try folder.store.stamp(of: entry.key) == entry.stamp) }
    }
}
