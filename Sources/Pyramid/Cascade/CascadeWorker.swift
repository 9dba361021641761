import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One thread's part of a cascade: its reader, its buffers, its codecs.
///
/// Makes a unit depth first: a brick of level 0 is read, stored and reduced into its parent while it is in the cache;
/// when all parts of the parent are there, so is the parent.
final class CascadeWorker {
    private let plan: PyramidPlan
    private let sinks: [LevelSink]
    private let openBricks: OpenBricks
    private let progress: ConversionProgress
    private let reader: any RegionReader
    private let workspace = CodecWorkspace()
    private let encoded = ByteBlock()
    private let gathered: BrickMemory
    /// One brick of each level up to the units'.
    private let bricks: [BrickMemory]
    private(set) var statistics: StatisticsCollector

    init(
        _ plan: PyramidPlan, _ source: any ImageSource, _ sinks: [LevelSink], _ openBricks: OpenBricks,
        _ progress: ConversionProgress
    ) throws {
        self.plan = plan
        self.sinks = sinks
        self.openBricks = openBricks
        self.progress = progress
        reader = try source.makeReader()
        let size = plan.image.type.size
        bricks = (0...plan.memory.unitLevel).map { BrickMemory(bytes: plan.grid.bytes(level: $0, elementSize: size)) }
        gathered = BrickMemory(bytes: plan.levels[0].chunkShape.reduce(size, *))
        statistics = StatisticsCollector(plan.image)
    }

    /// Makes a unit and every brick above it that it completes.
    func make(_ unit: Brick) throws {
        let pixels = ownPixels(unit)
        try fill(unit, pixels)
        try store(unit, pixels)
        try climb(from: unit, pixels)
    }

    private func fill(_ brick: Brick, _ pixels: StridedPixels) throws {
        if progress.isCancelled { throw PyramidError(.cancelled, "the conversion was stopped") }
        guard brick.level > 0 else {
            let region = plan.grid.region(brick)
            try reader.read(region, level: 0, into: pixels)
            statistics.add(pixels, at: region)
            return
        }
        for child in plan.grid.children(of: brick) {
            let part = ownPixels(child)
            try fill(child, part)
            try store(child, part)
            reduce(child, part, into: pixels)
        }
    }

    private func climb(from brick: Brick, _ pixels: StridedPixels) throws {
        guard let parent = plan.grid.parent(of: brick) else { return }
        let open = openBricks.open(parent)
        reduce(brick, pixels, into: open.pixels)
        guard openBricks.wrotePart(of: open) else { return }
        try store(parent, open.pixels)
        try climb(from: parent, open.pixels)
        openBricks.close(open)
    }

    private func reduce(_ child: Brick, _ pixels: StridedPixels, into parent: StridedPixels) {
        guard let place = plan.grid.placeInParent(child) else { return }
        Reduction.run(
            plan.method, plan.image.type, pixels, into: parent.subview(place),
            step: plan.geometry.factors[child.level + 1])
    }

    private func ownPixels(_ brick: Brick) -> StridedPixels {
        bricks[brick.level].pixels(shape: plan.grid.region(brick).shape, plan.image.type)
    }

    // MARK: Storing

    private func store(_ brick: Brick, _ pixels: StridedPixels) throws {
        let sink = sinks[brick.level]
        let region = plan.grid.region(brick)
        defer { if brick.level == 0 { progress.didRead(region.count * plan.image.type.size) } }
        guard sink.isStored else { return }
        let chunk = sink.chunkShape
        let counts = zip(region.shape, chunk).map { ($0 + $1 - 1) / $1 }
        for index in GridIndices(counts) {
            let origin = zip(index, chunk).map { $0 * $1 }
            let extent = origin.indices.map { min(chunk[$0], region.shape[$0] - origin[$0]) }
            let part = pixels.subview(Region(origin: origin, shape: extent))
            let number = origin.indices.map { (region.origin[$0] + origin[$0]) / chunk[$0] }
            try store(chunk: number, part, in: sink)
        }
    }

    private func store(chunk index: [Int], _ part: StridedPixels, in sink: LevelSink) throws {
        let whole = gathered.pixels(shape: sink.chunkShape, plan.image.type)
        let bytes = UnsafeRawBufferPointer(start: whole.base, count: whole.count * whole.type.size)
        if part.shape == sink.chunkShape {
            whole.copy(from: part)
        } else {
            // What lies outside the level is padded with the fill value, which is zero.
            memset(whole.base, 0, bytes.count)
            whole.subview(Region(wholeOf: part.shape)).copy(from: part)
        }
        guard !isZero(bytes) else { return progress.didWrite(try sink.add(chunk: index, encoded: nil)) }
        encoded.removeAll()
        try sink.encoder.encode(bytes, into: encoded, workspace)
        progress.didWrite(try encoded.withUnsafeBytes { try sink.add(chunk: index, encoded: $0) })
    }

    /// Compares the bytes with themselves one word further on: a `memcmp`, which stops at the first difference.
    private func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, bytes.count >= 8 else { return bytes.allSatisfy { $0 == 0 } }
        // Safety: both ranges end inside the buffer.
        return base.loadUnaligned(as: UInt64.self) == 0 && memcmp(base, base + 8, bytes.count - 8) == 0
    }
}
