import OMEZarr
import Zarr

/// How the levels of a pyramid lie in storage and in memory: chunks, shards, bricks.
struct StorageLayout {
    let chunk: [Int]
    /// The shard of level 0; nil where chunks are files of their own.
    let shard: [Int]?
    let grid: BrickGrid
    let levels: [PyramidPlan.Level]

    /// Every system lets a program open so many files if it asks (macOS: 10,240; Linux: at least 4,096).
    private static let largestOpenShards = 3500

    /// - Parameter chunk: elements of a chunk on each axis.
    /// - Throws: ``PyramidError`` with code `.invalidOption` where the shards asked for cannot be; the message names the
    ///   nearest that can.
    init(
        _ image: ImageDescription, _ geometry: LevelGeometry, _ options: PyramidOptions, _ method: DownsampleMethod,
        chunk: [Int], natural: [Int]
    ) throws {
        let grid = BrickGrid(geometry: geometry, chunk: chunk, natural: natural)
        func levels(_ shard: [Int]?) -> [PyramidPlan.Level] {
            geometry.shapes.indices.map { level in
                PyramidPlan.Level(
                    image, geometry, level, method, chunk: chunk,
                    shard: shard.map { ShardShape.clamped($0, chunk: chunk, level: geometry.shapes[level]) })
            }
        }
        func openShards(_ shard: [Int]) -> Int { OpenShards(grid, levels(shard)).count }

        var shard = try ShardShape.choose(options.sharding, options.version, image, chunk: chunk)
        if let asked = shard, openShards(asked) > Self.largestOpenShards {
            let flat = ShardShape.flattened(asked, chunk: chunk, brick: grid.shape)
            if case .shape = options.sharding {
                throw Self.tooMany(openShards(asked), asked, openShards(flat) <= Self.largestOpenShards ? flat : chunk)
            }
            shard = flat
        }
        self.chunk = chunk
        self.shard = shard
        self.grid = grid
        self.levels = levels(shard)
    }

    private static func tooMany(_ open: Int, _ shard: [Int], _ possible: [Int]) -> PyramidError {
        PyramidError(
            .invalidOption,
            "with shards of \(ShardShape.text(shard)) up to \(open) files would be open at once, because they "
                + "hold parts that are made at different times; the nearest that work: "
                + "--shard \(ShardShape.text(possible))")
    }
}

extension PyramidPlan.Level {
    /// One level of a geometry, with its place in space.
    fileprivate init(
        _ image: ImageDescription, _ geometry: LevelGeometry, _ level: Int, _ method: DownsampleMethod, chunk: [Int],
        shard: [Int]?
    ) {
        let factors = geometry.cumulativeFactors(level: level)
        let voxel = image.levels[0].scale, offset = image.levels[0].translation
        self.init(
            shape: geometry.shapes[level], chunkShape: chunk, shardShape: shard,
            scale: zip(voxel, factors).map { $0 * Double($1) },
            translation: voxel.indices.map { axis in
                offset[axis] + (method.centersPixels ? Double(factors[axis] - 1) / 2 * voxel[axis] : 0)
            })
    }
}
