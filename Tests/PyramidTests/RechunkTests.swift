import OMEZarr
import Pyramid
import Testing
import Zarr

/// Copies of arrays into other chunks, against the pixels they hold and against what they may cost.
@Suite struct RechunkTests {
    /// All chunkings of a small array into all others, sharded and not, in one pass and in two.
    @Test("any chunks become any other chunks", arguments: 1...4)
    func everyChunking(rows: Int) throws {
        let shape = [rows, 4]
        for source in Self.shapes(upTo: shape) {
            let array = try Self.array(shape, chunk: source, seed: UInt64(rows))
            for chunk in Self.shapes(upTo: shape) {
                for shards in [nil, [1, 1], [2, 1], [1, 3], [2, 2]] {
                    let shard = shards.map {
                        zip($0, zip(chunk, shape)).map { min($0 * $1.0, ($1.1 + $1.0 - 1) / $1.0 * $1.0) }
                    }
                    for threads in [1, 2] { try Self.check(array, chunk, shard, memory: 1 << 30, threads: threads) }
                    try Self.check(array, chunk, shard, memory: nil, threads: 1)
                }
            }
        }
    }

    @Test("volumes, sharded sources and odd extents come through two passes unchanged")
    func random() throws {
        var generator = SeededGenerator(11)
        for round in 0..<150 {
            let shape = (0..<3).map { _ in Int.random(in: 1...9, using: &generator) }
            let inner = shape.map { Int.random(in: 1...$0, using: &generator) }
            let perShard = (0..<3).map { _ in Int.random(in: 1...3, using: &generator) }
            let array = try Self.array(
                shape, chunk: inner, shard: round % 2 == 0 ? zip(inner, perShard).map { $0 * $1 } : nil,
                seed: UInt64(round), sparse: round % 3 == 0)
            let chunk = shape.map { Int.random(in: 1...$0, using: &generator) }
            let shard = zip(chunk, shape).map {
                min($0 * Int.random(in: 1...3, using: &generator), ($1 + $0 - 1) / $0 * $0)
            }
            try Self.check(
                array, chunk, round % 4 < 2 ? shard : nil, memory: round % 5 == 0 ? 1 << 30 : nil, threads: 1)
            try Self.check(array, chunk, round % 4 < 2 ? shard : nil, memory: 1 << 30, threads: 3)
        }
    }

    @Test("a plan keeps its ceiling, covers whole chunks and takes one pass wherever that fits")
    func plans() throws {
        var generator = SeededGenerator(12)
        var twice = 0
        for _ in 0..<3000 {
            let rank = Int.random(in: 1...4, using: &generator)
            let shape = (0..<rank).map { _ in Int.random(in: 1...3000, using: &generator) }
            let source = shape.map { Int.random(in: 1...min($0, 200), using: &generator) }
            let chunk = shape.map { Int.random(in: 1...min($0, 200), using: &generator) }
            let shard = chunk.map { $0 * Int.random(in: 1...8, using: &generator) }
            let task = RechunkTask(
                shape: shape, elementSize: 2, sourceChunk: source, chunk: chunk,
                shard: Bool.random(using: &generator) ? shard : nil)
            let memory = 1 << Int.random(in: 20...34, using: &generator),
                threads = Int.random(in: 1...8, using: &generator)
            guard let plan = try? RechunkPlan(task, memory: memory, threads: threads) else { continue }
            #expect(plan.peakBytes <= memory)
            #expect((1...threads).contains(plan.threads))
            let held = max(Self.bytes(plan.readBlock), Self.bytes(plan.writeBlock))
            #expect(held <= plan.peakBytes)
            for axis in 0..<rank {
                #expect(plan.readBlock[axis] % source[axis] == 0 || plan.readBlock[axis] == shape[axis])
                #expect(plan.writeBlock[axis] % chunk[axis] == 0 || plan.writeBlock[axis] == shape[axis])
            }
            guard plan.passes == 2 else { continue }
            twice += 1
            // What must be in memory at once for one pass: less would not be whole chunks of both.
            let common = (0..<rank).map { min(Self.leastCommonMultiple(source[$0], chunk[$0]), shape[$0]) }
            let least = Self.bytes(common) + 3 * Self.bytes(source) + 4 * Self.bytes(chunk)
            #expect(least > memory || task.shard != nil)
            #expect(plan.spillBytes == Self.bytes(shape))
        }
        #expect(twice > 100)
    }

    @Test("a ceiling that not even two chunks fit under is refused with one that would do")
    func refusal() throws {
        let task = RechunkTask(shape: [4096, 4096], elementSize: 2, sourceChunk: [4096, 1024], chunk: [512, 512])
        let error = #expect(throws: PyramidError.self) { try RechunkPlan(task, memory: 1 << 20, threads: 4) }
        #expect(error?.code == .needsMoreMemory)
        let text = try #require(error?.message.split(separator: "--memory ").last?.prefix { $0.isNumber })
        let enough = try #require(Int(text)) * 1_000_000
        #expect(try RechunkPlan(task, memory: enough, threads: 4).peakBytes <= enough)
    }

    @Test("an array claimed to be huge, of which little is stored, costs no more than what is stored")
    func sparse() throws {
        let store = NotingStore()
        let metadata = ArrayMetadata(
            shape: [1 << 30, 1 << 30], type: .uint8, chunkShape: [64, 64], codecs: [.bytes(.uint8), .zstd()],
            fillValue: FillValue(bytes: [7], type: .uint8))
        let array = try ZarrArray.create(store, .root, metadata)
        let pixels = [UInt8](repeating: 9, count: 64 * 64)
        try pixels.withUnsafeBytes { try array.writeChunk([1 << 20, 3], $0, CodecWorkspace()) }
        let copy = try Self.copy(store, chunk: [100, 100], shard: nil, memory: 64 << 20, threads: 2)
        let written = try ZarrArray.open(copy)
        // Four chunks and the document.
        #expect(try copy.keys().count == 5)
        let region = Region(origin: [(64 << 20) - 10, 64 * 3 - 10], shape: [20, 20])
        #expect(try written.read(region).bytes == array.read(region).bytes)
    }
}

extension RechunkTests {
    private static func shapes(upTo shape: [Int]) -> [[Int]] {
        (1...shape[0]).flatMap { rows in (1...shape[1]).map { [rows, $0] } }
    }

    private static func bytes(_ block: [Int]) -> Int { block.reduce(2, *) }

    private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
        var multiple = a
        while multiple % b != 0 { multiple += a }
        return multiple
    }

    /// An array at the root of a store; of a sparse one some chunks are not stored, and read as 3.
    private static func array(
        _ shape: [Int], chunk: [Int], shard: [Int]? = nil, seed: UInt64, sparse: Bool = false
    ) throws -> ZarrArray {
        let inner: [CodecSpec] = [.bytes(.uint16), .zstd(level: 1)]
        let metadata = ArrayMetadata(
            shape: shape, type: .uint16, chunkShape: shard ?? chunk,
            codecs: shard == nil ? inner : [.sharding(chunk, inner)],
            fillValue: FillValue(bytes: [3, 0], type: .uint16))
        let array = try ZarrArray.create(NotingStore(), .root, metadata)
        var generator = SeededGenerator(seed)
        var pixels = PixelBuffer(shape: shape, type: .uint16)
        for index in 0..<pixels.count {
            let isLeftOut = sparse && index < pixels.count / 2
            pixels.bytes[2 * index] = isLeftOut ? 3 : UInt8.random(in: 0...255, using: &generator)
        }
        try array.write(pixels)
        return array
    }

    /// A copy in memory. Nil for memory: the least that is enough.
    private static func copy(
        _ source: NotingStore, chunk: [Int], shard: [Int]?, memory: Int, threads: Int
    ) throws -> NotingStore {
        var options = CopyOptions(standardCompression: { _ in [.zstd()] }, memory: memory, threads: threads)
        options.chunkShape = chunk
        options.sharding = shard.map { .shape($0) } ?? PyramidOptions.Sharding.none
        // Another codec, so that equal chunks are no reason to leave them encoded.
        options.compression = { _ in [.zstd(level: 2)] }
        let plan = try HierarchyCopyPlan(of: source, options), target = NotingStore()
        source.forget()
        try HierarchyCopy(plan, into: target, spillingTo: "/tmp").run()
        return target
    }

    /// Copies and compares: pixels, each source chunk read once, each object written once.
    private static func check(_ array: ZarrArray, _ chunk: [Int], _ shard: [Int]?, memory: Int?, threads: Int) throws {
        let source = try #require(array.store as? NotingStore)
        let task = RechunkTask(
            shape: array.metadata.shape, elementSize: 2, sourceChunk: array.metadata.innerChunkShape,
            sourceIndexBytes: array.metadata.isSharded
                ? zip(array.metadata.chunkShape, array.metadata.innerChunkShape).reduce(16) { $0 * ($1.0 / $1.1) } : 0,
            chunk: chunk, shard: shard)
        let target = try copy(
            source, chunk: chunk, shard: shard, memory: memory ?? least(task), threads: threads)
        let written = try ZarrArray.open(target)
        let whole = Region(wholeOf: array.metadata.shape)
        #expect(written.metadata.innerChunkShape == chunk)
        #expect(target.writes.values.allSatisfy { $0 == 1 })
        if !array.metadata.isSharded {
            #expect(source.reads.allSatisfy { $0.key.path.hasSuffix("zarr.json") || $0.value == 1 })
        }
        #expect(try written.read(whole).bytes == array.read(whole).bytes, "\(task)")
    }

    /// The least memory a task can be carried out in: found by halving, as no formula of the plan is believed here.
    private static func least(_ task: RechunkTask) -> Int {
        var low = 0, high = 1 << 24
        while high - low > 1 {
            let middle = (low + high) / 2
            if (try? RechunkPlan(task, memory: middle, threads: 1)) == nil { low = middle } else { high = middle }
        }
        return high
    }
}
