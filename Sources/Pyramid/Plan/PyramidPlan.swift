public import OMEZarr
public import Zarr

/// Everything about a conversion that can be known before it starts: levels, chunks, shards, bricks, memory.
///
/// Pure arithmetic; the same image and options always give the same plan, and the same plan the same bytes.
public struct PyramidPlan: Sendable {
    /// One level of the pyramid as it will be stored.
    public struct Level: Sendable, Hashable {
        /// Elements on each axis.
        public var shape: [Int]
        /// Elements of a chunk, the smallest part that can be read on its own.
        public var chunkShape: [Int]
        /// Elements of a shard, one file of several chunks; nil where each chunk is a file.
        public var shardShape: [Int]?
        /// Distance between elements on each axis, in the axis' unit.
        public var scale: [Double]
        /// Where the centre of the first element lies on each axis, in the axis' unit.
        public var translation: [Double]

        /// Elements of one stored object: a shard, else a chunk.
        public var objectShape: [Int] { shardShape ?? chunkShape }
        /// Number of objects if none is empty.
        public var objectCount: Int { count(of: objectShape) }
        /// Number of chunks.
        public var chunkCount: Int { count(of: chunkShape) }

        private func count(of part: [Int]) -> Int { zip(shape, part).reduce(1) { $0 * (($1.0 + $1.1 - 1) / $1.1) } }
    }

    /// The image to convert.
    public let image: ImageDescription
    /// The version of OME-Zarr to write.
    public let version: OMEZarrVersion
    /// How levels are made.
    public let method: DownsampleMethod
    /// The codecs behind the `bytes` codec.
    public let compression: [CodecSpec]
    /// Finest first.
    public let levels: [Level]
    /// What is held in memory, by how many workers.
    public let memory: MemoryPlan
    /// What was decided and why, one sentence each.
    public let reasons: [String]

    package let grid: BrickGrid
    let geometry: LevelGeometry

    /// Plans the pyramid of a source.
    ///
    /// - Throws: ``PyramidError`` where an option does not fit the image or the memory allowed is not enough.
    public init(of source: any ImageSource, _ options: PyramidOptions) throws {
        var image = source.description
        try image.checkConvertible()
        image.name = image.name ?? options.name
        let natural = source.naturalReadShape(level: 0)
        let geometry =
            try options.steps.map { try LevelGeometry(of: image, steps: $0) }
            ?? LevelGeometry(of: image, minSize: max(options.minSize, 1), count: options.levelCount)
        let method = try Self.method(options.method, image)
        let z = image.axes.indices.filter { image.axes[$0].kind == .space }.dropLast(2).last
        let reducesDepth = z.map { axis in geometry.factors.contains { $0[axis] > 1 } } ?? false
        let chunk =
            try options.chunkShape.map { try ChunkShape.given($0, image) }
            ?? ChunkShape.automatic(image, natural: natural, reducesDepth: reducesDepth)
        let shard = try ShardShape.choose(options.sharding, options.version, image, chunk: chunk)
        let grid = BrickGrid(geometry: geometry, chunk: chunk, natural: natural)

        self.image = image
        self.version = options.version
        self.method = method
        self.compression = options.compression
        self.geometry = geometry
        self.grid = grid
        levels = geometry.shapes.indices.map { level in
            let factors = geometry.cumulativeFactors(level: level)
            let voxel = image.levels[0].scale
            let offset = image.levels[0].translation
            return Level(
                shape: geometry.shapes[level], chunkShape: chunk,
                shardShape: shard.map { ShardShape.clamped($0, chunk: chunk, level: geometry.shapes[level]) },
                scale: zip(voxel, factors).map { $0 * Double($1) },
                translation: voxel.indices.map { axis in
                    offset[axis] + (method.centersPixels ? Double(factors[axis] - 1) / 2 * voxel[axis] : 0)
                })
        }
        let need = MemoryNeed(
            grid: grid, levels: levels, reader: source.readerBytes(level: 0),
            statistics: StatisticsCollector.bytes(image), elementSize: image.type.size)
        memory = try MemoryPlan(need, limit: options.memory, threads: max(options.threads, 1))
        reasons = [geometry.reason] + Self.reasons(options, image, chunk: chunk, shard: shard, natural: natural)
    }

    /// Stored objects in all levels if none is empty, metadata not counted.
    public var objectCount: Int { levels.reduce(0) { $0 + $1.objectCount } }
    /// Bytes of pixels in all levels.
    public var pixelBytes: Int { levels.reduce(0) { $0 + $1.shape.reduce(image.type.size, *) } }

    private static func method(_ asked: DownsampleMethod?, _ image: ImageDescription) throws -> DownsampleMethod {
        if image.type == .bool { return asked == .nearest ? .nearest : .mode }
        guard asked == .mode, image.type.isFloat else { return asked ?? (image.isLabels ? .mode : .mean) }
        throw PyramidError(
            .invalidOption, "mode counts equal values and is for labels; for \(image.type) pixels use mean or nearest")
    }

    private static func reasons(
        _ options: PyramidOptions, _ image: ImageDescription, chunk: [Int], shard: [Int]?, natural: [Int]
    ) -> [String] {
        var reasons: [String] = []
        if options.chunkShape == nil {
            let fits = zip(chunk, natural).allSatisfy { $0 % $1 == 0 || $1 % $0 == 0 || $1 > $0 }
            reasons.append("chunks were chosen by the plan" + (fits ? ", in step with the blocks of the source" : ""))
        }
        if case .automatic = options.sharding {
            reasons.append(
                shard == nil
                    ? "OME-Zarr 0.4 has no shards: every chunk is a file"
                    : "shards hold up to \(ShardShape.automaticBytes >> 20) MiB of pixels, so that there are few files")
        }
        if options.method == nil {
            reasons.append(image.isLabels ? "labels are reduced by their mode" : "intensities are averaged")
        }
        return reasons
    }
}
