import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The levels of an image on their way into a store.
struct StoredLevels: BrickDestination {
    let plan: PyramidPlan
    let sinks: [LevelSink]

    /// Objects of every level that are complete make their bricks complete.
    func isComplete(_ brick: Brick) -> Bool {
        sinks[brick.level].isComplete(plan.grid.region(brick))
    }

    func makeTaker() throws -> any BrickTaker { BrickStorer(plan, sinks) }

    func abandon() {
        for sink in sinks { sink.abandon() }
    }

    var storedBytes: Int { sinks.reduce(0) { $0 + $1.ledger.storedBytes } }
}

/// Encodes one worker's bricks chunk by chunk, and reads back bricks that were stored before.
private final class BrickStorer: BrickTaker {
    private let plan: PyramidPlan
    private let sinks: [LevelSink]
    private let workspace = CodecWorkspace()
    private let encoded = ByteBlock()
    private let gathered: BrickMemory
    private var readers: [Int: ZarrArrayReader] = [:]

    init(_ plan: PyramidPlan, _ sinks: [LevelSink]) {
        self.plan = plan
        self.sinks = sinks
        gathered = BrickMemory(bytes: plan.levels[0].chunkShape.reduce(plan.image.type.size, *))
    }

    func take(_ brick: Brick, _ pixels: StridedPixels) throws -> Int {
        let sink = sinks[brick.level]
        var written = 0
        for part in plan.grid.region(brick).chunks(of: sink.chunkShape) where !sink.hasStored(chunk: part.index) {
            written += try store(chunk: part.index, pixels.subview(part.inRegion), in: sink)
        }
        return written
    }

    func read(_ brick: Brick, into pixels: StridedPixels) throws {
        let reader = readers[brick.level] ?? sinks[brick.level].makeReader(workspace)
        readers[brick.level] = reader
        try reader.read(plan.grid.region(brick), into: pixels)
    }

    private func store(chunk index: [Int], _ part: StridedPixels, in sink: LevelSink) throws -> Int {
        let whole = gathered.pixels(shape: sink.chunkShape, plan.image.type)
        let bytes = UnsafeRawBufferPointer(start: whole.base, count: whole.count * whole.type.size)
        if part.shape == sink.chunkShape {
            whole.copy(from: part)
        } else {
            // What lies outside the level is padded with the fill value, which is zero.
            memset(whole.base, 0, bytes.count)
            whole.subview(Region(wholeOf: part.shape)).copy(from: part)
        }
        guard !isZero(bytes) else { return try sink.add(chunk: index, encoded: nil) }
        encoded.removeAll()
        try sink.encoder.encode(bytes, into: encoded, workspace)
        return try encoded.withUnsafeBytes { try sink.add(chunk: index, encoded: $0) }
    }

    /// Compares the bytes with themselves one word further on: a `memcmp`, which stops at the first difference.
    private func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, bytes.count >= 8 else { return bytes.allSatisfy { $0 == 0 } }
        // Safety: both ranges end inside the buffer.
        return base.loadUnaligned(as: UInt64.self) == 0 && memcmp(base, base + 8, bytes.count - 8) == 0
    }
}
