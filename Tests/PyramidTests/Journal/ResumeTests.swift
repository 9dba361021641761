import OMEZarr
import Pyramid
import Synchronization
import Testing
import Zarr

/// Conversions that are interrupted at every change they make to the store, and gone on with.
@Suite("Going on with a conversion")
struct ResumeTests {
    typealias Case = ConversionTests.Case

    private static func um(_ name: String, _ spacing: Double) -> Axis {
        .space(name, unit: "micrometer", spacing: spacing)
    }

    static let cases: [Case] = {
        let tiled = Case(
            name: "tiled", image: ImageDescription(axes: [.space("y"), .space("x")], shape: [75, 90], type: .uint16),
            natural: [16, 16], chunk: [16, 16])
        let stripped = Case(
            name: "stripped",
            image: ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 61, 50], type: .uint8),
            natural: [1, 7, 50], chunk: [1, 16, 16], values: 0...255)
        let volume = Case(
            name: "volume",
            image: ImageDescription(
                axes: [um("z", 2), um("y", 1), um("x", 1)], shape: [9, 40, 44], type: .float32),
            natural: [1, 8, 44], chunk: [4, 16, 16])
        let sparse = Case(
            name: "mostly empty",
            image: ImageDescription(axes: [.space("y"), .space("x")], shape: [70, 60], type: .uint16),
            natural: [16, 16], chunk: [16, 16], values: 0...0)
        return [tiled, stripped, volume, sparse].flatMap { input -> [Case] in
            var sharded = input, old = input
            sharded.sharding = .bytes(9000)
            old.version = .v04
            return input.name == "tiled" ? [input, sharded, old] : [sharded, old]
        }
    }()

    private static let identity = ConversionIdentity(
        program: "tests 1", name: nil, arguments: [], input: "", plan: "")

    /// One or two images, as they are converted.
    private struct Job {
        let test: Case
        let sources: [WatchedImage]

        init(_ test: Case, images: Int) {
            self.test = test
            sources = (0..<images).map {
                WatchedImage(
                    MemoryImage(test.image, natural: test.natural, seed: UInt64(7 + $0), values: test.values))
            }
        }

        func run(into store: RecordedStore, threads: Int) throws {
            let layout = sources.count > 1 ? OutputLayout.series : .image
            let keys = try layout.keys(count: sources.count)
            var written: [ImageDescription] = []
            for (number, source) in sources.enumerated() {
                let plan = try ConversionTests.plan(test, source, threads: threads)
                let conversion = Conversion(
                    source, plan, into: store, at: keys[number], generator: ConversionTests.generator)
                written.append(try conversion.run().image)
            }
            _ = try layout.finish(written, ConversionTests.documents(store, test.version))
            try store.finish(test.version.zarrFormat)
        }
    }

    /// Starts, or goes on where there is something to go on with, and stops at a change.
    ///
    /// - Parameters:
    ///   - changes: how many succeed.
    ///   - isKilled: whether lines of the journal that were gathered are lost.
    /// - Returns: true where the conversion was finished.
    private static func attempt(
        _ job: Job, in folder: OutputFolder, changes: Int, threads: Int, isKilled: Bool
    ) throws -> Bool {
        let failing = FailingStore(folder.store, after: changes)
        let store: RecordedStore
        if let (journal, contents) = try Journal.reopen(in: folder.store) {
            #expect(contents.identity == identity)
            store = RecordedStore(failing, identity, journal: journal, earlier: contents, threads: threads)
        } else {
            store = RecordedStore(failing, identity, journal: try Journal.start(in: folder.store, identity))
        }
        do {
            try store.noteCleared()
            try job.run(into: store, threads: threads)
            return true
        } catch is FailingStore.Failure {
            if !isKilled { try store.flush() }
            return false
        }
    }

    private static func reference(_ job: Job) throws -> (contents: [String: [UInt8]], changes: Int) {
        let folder = try OutputFolder()
        let failing = FailingStore(folder.store, after: .max)
        let store = RecordedStore(
            failing, identity, journal: try Journal.start(in: folder.store, identity))
        try store.noteCleared()
        try job.run(into: store, threads: 1)
        _ = job.sources.map { $0.takeRegions() }
        return (try folder.contents(), failing.changeCount)
    }

    @Test("ends byte for byte as one that was not interrupted, wherever that was", arguments: cases)
    func everyInterruption(_ test: Case) throws {
        let job = Job(test, images: 1)
        let (expected, changes) = try Self.reference(job)
        #expect(expected.keys.contains(Manifest.file) && !expected.keys.contains(Journal.file))
        for count in 0..<changes {
            let folder = try OutputFolder()
            let isFinished = try Self.attempt(
                job, in: folder, changes: count, threads: 1 + count % 3, isKilled: count % 2 == 0)
            #expect(!isFinished, "the change \(count) of \(changes) was never made")
            #expect(try folder.store.size(StoreKey("zarr.json")) == nil || count + 1 == changes)
            _ = job.sources[0].takeRegions()
            let complete = try Self.completeRegions(folder, test, job.sources[0])
            #expect(try Self.attempt(job, in: folder, changes: .max, threads: 1 + (count + 1) % 3, isKilled: false))
            for region in job.sources[0].takeRegions() {
                #expect(!Self.isCovered(region, by: complete), "\(region) was read again after \(count) changes")
            }
            #expect(try folder.contents() == expected, "after \(count) changes")
        }
    }

    @Test(
        "every method and layout gives the same bytes for one, two and eight threads, interrupted or not",
        arguments: DownsampleMethod.allCases)
    func determinism(_ method: DownsampleMethod) throws {
        for layout in 0..<3 {
            var test = Self.cases[layout]
            test.method = method
            let job = Job(test, images: 1)
            let (expected, changes) = try Self.reference(job)
            for threads in [1, 2, 8] {
                // From the start, and after an interruption of a run with other threads.
                for stop in [0, changes / 3, changes * 4 / 5] {
                    let folder = try OutputFolder()
                    _ = try Self.attempt(job, in: folder, changes: stop, threads: 9 - threads, isKilled: true)
                    #expect(try Self.attempt(job, in: folder, changes: .max, threads: threads, isKilled: false))
                    #expect(try folder.contents() == expected, "\(test.version), \(threads) threads, after \(stop)")
                }
            }
        }
    }

    @Test("works image by image in a collection, and as often as it takes", arguments: [0, 1, 2])
    func collections(_ number: Int) throws {
        let test = Self.cases[2 * number]
        let job = Job(test, images: 2)
        let (expected, changes) = try Self.reference(job)
        var random = SeededGenerator(UInt64(number))
        for _ in 0..<8 {
            let folder = try OutputFolder()
            var attempts = 0
            while try !Self.attempt(
                job, in: folder, changes: Int.random(in: 0...changes / 2, using: &random),
                threads: Int.random(in: 1...4, using: &random), isKilled: Bool.random(using: &random)), attempts < 200
            {
                attempts += 1
            }
            #expect(try folder.contents() == expected, "after \(attempts) interruptions")
        }
    }

    @Test("an object that has another size than was noted, or is missing, is made again")
    func changedObjects() throws {
        let job = Job(Self.cases[1], images: 1)
        let (expected, changes) = try Self.reference(job)
        let folder = try OutputFolder()
        #expect(try !Self.attempt(job, in: folder, changes: changes - 3, threads: 2, isKilled: false))
        try folder.store.write(StoreKey("0/c/0/0"), [1, 2, 3])
        try folder.store.remove(StoreKey("0/c/0/1"))
        #expect(try Self.attempt(job, in: folder, changes: .max, threads: 2, isKilled: false))
        #expect(try folder.contents() == expected)
    }

    @Test("after the machine was started anew, objects count only where their bytes have arrived")
    func powerFailure() throws {
        let job = Job(Self.cases[1], images: 1)
        let (expected, changes) = try Self.reference(job)
        let folder = try OutputFolder()
        #expect(try !Self.attempt(job, in: folder, changes: changes - 3, threads: 2, isKilled: false))
        var bytes = try #require(try folder.store.read(StoreKey("0/c/0/0")))
        for place in bytes.indices.dropFirst(8) { bytes[place] = 0 }
        try folder.store.write(StoreKey("0/c/0/0"), bytes)
        // The journal without its line about the start of the machine.
        let journal = try #require(try folder.store.read(StoreKey(Journal.file)))
        let lines = journal.split(separator: UInt8(ascii: "\n")).filter { !$0.starts(with: "boot ".utf8) }
        try folder.store.write(StoreKey(Journal.file), Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [10])
        #expect(try Self.attempt(job, in: folder, changes: .max, threads: 2, isKilled: false))
        #expect(try folder.contents() == expected)
    }

    @Test("two at a time are refused")
    func locked() throws {
        let folder = try OutputFolder()
        let journal = try Journal.start(in: folder.store, Self.identity)
        let error = #expect(throws: ZarrError.self) { try Journal.reopen(in: folder.store) }
        #expect(error?.code == .invalidCall)
        withExtendedLifetime(journal) {}
    }

    @Test("of many that start at once one has the journal, and a journal that was replaced is nobody's")
    func starters() throws {
        for replacing in [false, true] {
            for _ in 0..<20 {
                let folder = try OutputFolder()
                let started = Mutex<[Journal]>([])
                WorkerThreads.run(4) { _ in
                    let journal = try? Journal.start(in: folder.store, Self.identity, replacing: replacing)
                    if let journal { started.withLock { $0.append(journal) } }
                }
                #expect(started.withLock(\.count) == 1)
                #expect(try folder.contents().keys.sorted() == [Journal.file])
            }
        }
    }

    // MARK: What is complete

    /// The regions of level 0 whose objects are complete.
    private static func completeRegions(_ folder: OutputFolder, _ test: Case, _ source: WatchedImage) throws -> [Region]
    {
        let metadata = try ConversionTests.plan(test, source, threads: 1).arrayMetadata(level: 0)
        let lines = try folder.store.read(StoreKey(Journal.file))?.split(separator: UInt8(ascii: "\n")) ?? []
        return try lines.compactMap { line -> Region? in
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words[0] == "object", words[4] == "0", let number = Int(words[1]) else { return nil }
            let index = Naive.unravel(number, metadata.gridShape)
            let key = try StoreKey("0").appending(metadata.key(ofChunk: index))
            guard try folder.store.size(key) ?? 0 == Int(words[2]) else { return nil }
            return metadata.region(ofChunk: index)
        }
    }

    /// True where every pixel of a region lies in one of the others, which do not overlap.
    private static func isCovered(_ region: Region, by others: [Region]) -> Bool {
        others.reduce(0) { $0 + ($1.intersection(region)?.count ?? 0) } == region.count
    }
}
