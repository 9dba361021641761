public import OMEZarr
import Zarr

/// What a conversion will cost, told from samples that are read, reduced and encoded as the conversion will.
public struct ConversionEstimate: Sendable, Hashable {
    /// Bytes of the stored objects of each level, indexes of shards included. The same for the same image and plan.
    public let levelBytes: [Int]
    /// Seconds the conversion takes on this machine, about: decoding and encoding; not waiting for a disk.
    public let seconds: Double
    /// Bytes of the pixels that were sampled.
    public let sampledBytes: Int

    /// Bytes of the stored objects of all levels.
    public var bytes: Int { levelBytes.reduce(0) { $0.saturatingAdding($1) } }

    /// Decoded bytes all samples may cost.
    private static let budget = 48 << 20
    /// Beyond this not even one sample is worth its block.
    private static let largestCost = 256 << 20
    /// A sample; some chunks of planes, a few of blocks.
    private static let sampleBytes = 4 << 20

    /// Samples a source.
    ///
    /// - Returns: nil where a single block of the source takes too long to decode for a sample.
    /// - Throws: errors of the source and of the codecs.
    public init?(_ source: any ImageSource, _ plan: PyramidPlan) throws {
        let image = plan.image
        let natural = source.naturalReadShape(level: 0)
        let window = Self.window(plan, natural)
        let cost = SampleGrid.cost(window, natural: natural, of: image)
        guard cost <= Self.largestCost else { return nil }
        let grid = SampleGrid(
            SampleGrid.reach(of: source, budget: Self.budget), window: window, alignment: natural,
            most: max(1, min(16, Self.budget / max(cost, 1))))
        let probe = try LevelProbe(plan)
        let reader = try source.makeReader()
        let clock = ContinuousClock(), start = clock.now
        for region in grid.regions {
            var pixels = PixelBuffer(shape: region.shape, type: .pixel(image.type))
            try pixels.withPixels {
                try reader.read(region, level: 0, into: $0)
                try probe.add($0)
            }
        }
        let (whole, atto) = (clock.now - start).components
        sampledBytes = grid.regions.reduce(0) { $0 + $1.count * image.type.size }
        levelBytes = probe.levelBytes
        let all = image.shape.saturatingProduct(times: image.type.size)
        seconds =
            (Double(whole) + Double(atto) * 1e-18) * Double(all) / Double(max(sampledBytes, 1))
            / Double(plan.memory.threads)
    }

    /// Whole chunks and whole blocks of the source, as far as they make a small sample.
    private static func window(_ plan: PyramidPlan, _ natural: [Int]) -> [Int] {
        let shape = plan.image.shape, chunk = plan.levels[0].chunkShape
        var window = shape.indices.map { min(max(chunk[$0], natural[$0]), shape[$0]) }
        for axis in window.indices {
            while window[axis] > natural[axis], window.saturatingProduct(times: plan.image.type.size) > sampleBytes {
                window[axis] = max(window[axis] / 2, natural[axis])
            }
        }
        return window
    }
}

/// Reduces and encodes samples, and adds up what became of them on each level.
private final class LevelProbe {
    private let plan: PyramidPlan
    private let workspace = CodecWorkspace()
    private let encoded = ByteBlock()
    private var pipelines: [[Int]: CodecPipeline] = [:]
    /// Bytes of pixels and what they became, for each level.
    private var sums: [(raw: Int, stored: Int)]

    /// Smaller pieces of chunks compress too badly to tell anything.
    private static let leastPiece = 4 << 10

    init(_ plan: PyramidPlan) throws {
        self.plan = plan
        sums = plan.levels.map { _ in (0, 0) }
    }

    /// Adds a sample of level 0, and what it becomes on further levels as long as that says anything.
    func add(_ pixels: StridedPixels, level: Int = 0) throws {
        let bytes = pixels.count * plan.image.type.size
        guard level == 0 || bytes >= Self.leastPiece else { return }
        try encode(pixels, level)
        guard level + 1 < plan.levels.count else { return }
        let step = plan.geometry.factors[level + 1]
        var smaller = PixelBuffer(
            shape: zip(pixels.shape, step).map { ($0 + $1 - 1) / $1 }, type: .pixel(plan.image.type))
        try smaller.withPixels {
            Reduction.run(plan.method, plan.image.type, pixels, into: $0, step: step)
            try add($0, level: level + 1)
        }
    }

    /// What each level will take. A level without samples compresses like the one before.
    var levelBytes: [Int] {
        var ratio = 1.0
        return plan.levels.indices.map { index in
            let level = plan.levels[index], sum = sums[index]
            if sum.raw > 0 { ratio = Double(sum.stored) / Double(sum.raw) }
            let pixels = level.shape.saturatingProduct(times: plan.image.type.size)
            let stored = Double(pixels) * ratio
            guard level.shardShape != nil else { return Int(min(stored, 1e18)) }
            let perShard = zip(level.objectShape, level.chunkShape).map { $0 / $1 }.saturatingProduct()
            // 16 bytes for each chunk and a checksum, whether it is there or not.
            let index = level.objectCount.saturatingMultiplied(by: perShard.saturatingMultiplied(by: 16) + 4)
            return Int(min(stored, 1e18)).saturatingAdding(stored > 0 ? index : 0)
        }
    }

    private func encode(_ pixels: StridedPixels, _ level: Int) throws {
        let chunk = zip(plan.levels[level].chunkShape, pixels.shape).map { min($0, $1) }
        let pipeline = try pipeline(chunk)
        var piece = PixelBuffer(shape: chunk, type: pixels.type)
        // What is left over at the end of a sample is smaller than a chunk and compresses otherwise.
        for index in GridIndices(zip(pixels.shape, chunk).map { $0 / $1 }) {
            let part = pixels.subview(Region(origin: zip(index, chunk).map { $0 * $1 }, shape: chunk))
            piece.withPixels { $0.copy(from: part) }
            try piece.bytes.withUnsafeBytes { bytes in
                sums[level].raw += bytes.count
                guard !pipeline.fillValue.fills(bytes) else { return }
                try pipeline.encode(bytes, into: encoded, workspace)
                sums[level].stored += encoded.count
            }
        }
    }

    private func pipeline(_ chunk: [Int]) throws -> CodecPipeline {
        if let made = pipelines[chunk] { return made }
        let type = DataType.pixel(plan.image.type)
        let made = try CodecPipeline(
            [.bytes(type)] + plan.compression, chunkShape: chunk, type: type, fillValue: .zero(type))
        pipelines[chunk] = made
        return made
    }
}
