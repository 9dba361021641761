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

    /// The image to convert; labels where the plan takes it for such.
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
    /// What may be otherwise than the plan takes it for, and what to do then, one sentence each.
    public let doubts: [String]

    package let grid: BrickGrid
    let geometry: LevelGeometry

    /// Plans the pyramid of a source.
    ///
    /// - Throws: ``PyramidError`` where an option does not fit the image or the memory allowed is not enough.
    public init(of source: any ImageSource, _ options: PyramidOptions) throws {
        var image = source.description
        try image.checkConvertible()
        image.name = image.name ?? options.name
        image.isLabels = options.content?.isLabels ?? image.isLabels
        let natural = source.naturalReadShape(level: 0)
        let geometry = try Self.geometry(of: image, options)
        let method = try Self.method(options.method, image)
        let chunk =
            try options.chunkShape.map { try ChunkShape.given($0, image) }
            ?? ChunkShape.automatic(image, geometry, natural: natural)
        let readerBytes = source.readerBytes(level: 0)
        func plan(_ chunk: [Int], memory limit: Int) throws -> (layout: StorageLayout, memory: MemoryPlan) {
            let layout = try StorageLayout(image, geometry, options, method, chunk: chunk, natural: natural)
            let need = MemoryNeed(
                grid: layout.grid, levels: layout.levels, reader: readerBytes,
                statistics: StatisticsCollector.bytes(image), elementSize: image.type.size)
            let threads = max(min(options.threads, source.maximumReaders), 1)
            return (layout, try MemoryPlan(need, limit: limit, threads: threads))
        }
        do {
            let (layout, memory) = try plan(chunk, memory: options.memory)
            (levels, grid, self.memory) = (layout.levels, layout.grid, memory)
            reasons =
                [geometry.reason] + Self.reasons(options, image, chunk: chunk, shard: layout.shard, natural: natural)
        } catch var error as PyramidError where error.code == .needsMoreMemory {
            let fitting = ChunkShape.smaller(than: chunk).first { (try? plan($0, memory: options.memory)) != nil }
            if let fitting { error.message += ", and so would --chunk \(ShardShape.text(fitting))" }
            throw error
        }
        // A mode only makes sense of values that name objects; but several channels are no label image.
        if options.content == nil && method == .mode && image.type.isInteger && image.channelCount == 1 {
            image.isLabels = true
        }
        if image.isLabels && image.labelDetails.colors.isEmpty { image.labelDetails.colors = options.labelColors }
        self.image = image
        self.version = options.version
        self.method = method
        self.compression = options.compression
        self.geometry = geometry
        doubts = options.method == nil ? [options.content?.doubt].compactMap { $0 } : []
    }

    /// Stored objects in all levels if none is empty, metadata not counted.
    public var objectCount: Int { levels.reduce(0) { $0 + $1.objectCount } }
    /// Bytes of pixels in all levels.
    public var pixelBytes: Int { levels.indices.reduce(0) { $0 + pixelBytes(level: $1) } }
    /// Bytes of pixels in one level.
    public func pixelBytes(level: Int) -> Int { levels[level].shape.reduce(image.type.size, *) }
    /// How many elements of the level before become one on each axis; all 1 for level 0.
    public func factors(level: Int) -> [Int] { geometry.factors[level] }

    private static func geometry(of image: ImageDescription, _ options: PyramidOptions) throws -> LevelGeometry {
        if let steps = options.steps { return try LevelGeometry(of: image, steps: steps) }
        let minSize = max(options.minSize, 1)
        guard !options.factors.isEmpty else {
            return LevelGeometry(of: image, minSize: minSize, count: options.levelCount)
        }
        return try LevelGeometry(of: image, minSize: minSize, count: options.levelCount, factors: options.factors)
    }

    private static func method(_ asked: DownsampleMethod?, _ image: ImageDescription) throws -> DownsampleMethod {
        if image.isLabels && image.type.isFloat {
            throw PyramidError(
                .invalidOption,
                "labels are whole numbers, but the image holds \(image.type); convert its pixels to integers first, or "
                    + "use --kind intensities")
        }
        // True and false have no mean.
        if image.type == .bool { return asked == .mean ? .mode : asked ?? .mode }
        guard asked == .mode, image.type.isFloat else { return asked ?? (image.isLabels ? .mode : .mean) }
        throw PyramidError(
            .invalidOption,
            "mode counts equal values and is for labels; for \(image.type) pixels use mean, median, min, max or nearest"
        )
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
            let known = options.content.map { ", " + $0.reason } ?? ""
            reasons.append(
                (image.isLabels || image.type == .bool
                    ? "labels are reduced by their mode" : "intensities are averaged")
                    + known)
        }
        return reasons
    }
}
