import OMEZarr
import Zarr

/// Chooses the shards of a pyramid: whole numbers of chunks, smaller on small levels, never dropped.
enum ShardShape {
    /// 128 MB of pixels: few enough files for any file system, small enough to copy and to retry.
    static let automaticBytes = 128 << 20

    /// Beyond this an index is longer than what a reader wants to fetch before the first pixel (1 MiB).
    static let largestChunkCount = 1 << 16

    /// The shard for level 0; nil where chunks are files of their own.
    ///
    /// - Throws: ``PyramidError`` where the version has no shards or a shape is not a whole number of chunks.
    static func choose(
        _ sharding: PyramidOptions.Sharding, _ version: OMEZarrVersion, _ image: ImageDescription, chunk: [Int]
    ) throws -> [Int]? {
        switch sharding {
        case .none: return nil
        case .automatic: return version == .v04 ? nil : grown(chunk, image, to: automaticBytes)
        case .bytes(let bytes):
            try requireShards(version)
            return try within(bytes, image, chunk: chunk)
        case .shape(let sizes):
            try requireShards(version)
            return try given(sizes, image, chunk: chunk)
        }
    }

    /// The shard of a smaller level: no larger than the chunks that cover it.
    static func clamped(_ shard: [Int], chunk: [Int], level: [Int]) -> [Int] {
        shard.indices.map { min(shard[$0], (level[$0] + chunk[$0] - 1) / chunk[$0] * chunk[$0]) }
    }

    /// The shard with no more planes than are made at once, so that few are open at a time.
    ///
    /// - Parameter brick: the elements made at once on each axis.
    static func flattened(_ shard: [Int], chunk: [Int], brick: [Int]) -> [Int] {
        shard.indices.map { axis in
            guard axis < shard.count - 2 else { return shard[axis] }
            return min(shard[axis], max(brick[axis] / chunk[axis], 1) * chunk[axis])
        }
    }

    /// A shape as options take it.
    static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: ",") }

    /// Doubles the shortest side while the shard stays within the bytes: y and x first, then the depth of a stack;
    /// all three alike where chunks are blocks.
    private static func grown(_ chunk: [Int], _ image: ImageDescription, to bytes: Int) -> [Int] {
        var shard = chunk
        let space = image.axes.indices.filter { image.axes[$0].kind == .space }
        let isBlock = space.dropLast(2).contains { chunk[$0] > 1 }
        if image.isRGB, let c = image.axis("c") { shard[c] = image.shape[c] }
        func size() -> Int { shard.reduce(image.type.size, *) }
        func grow(_ axes: [Int]) {
            while let axis = axes.filter({ shard[$0] < image.shape[$0] }).min(by: { shard[$0] < shard[$1] }),
                size() * 2 <= bytes, 2 * chunkCount(shard, chunk) <= largestChunkCount
            {
                shard[axis] *= 2
            }
        }
        if !isBlock { grow(Array(space.suffix(2))) }
        grow(Array(space))
        return clamped(shard, chunk: chunk, level: image.shape)
    }

    private static func within(_ bytes: Int, _ image: ImageDescription, chunk: [Int]) throws -> [Int] {
        let least = chunk.saturatingProduct(times: image.type.size)
        guard bytes >= least else {
            throw PyramidError(
                .invalidOption,
                "a shard of at most \(bytes) bytes cannot hold a chunk of \(text(chunk)), which has \(least) bytes of "
                    + "pixels; the nearest that can: --shard \(least)B, or give a smaller --chunk")
        }
        return grown(chunk, image, to: bytes)
    }

    private static func given(_ sizes: [Int], _ image: ImageDescription, chunk: [Int]) throws -> [Int] {
        guard (1...image.axes.count).contains(sizes.count), sizes.allSatisfy({ $0 > 0 }) else {
            throw PyramidError(
                .invalidOption, "a shard needs 1 to \(image.axes.count) sizes above 0, the last one for the last axis")
        }
        // Axes the caller did not name keep one chunk; nothing reaches further than the image.
        let whole = clamped([Int](repeating: .max, count: chunk.count), chunk: chunk, level: image.shape)
        let shard = zip(Array(chunk.dropLast(sizes.count)) + sizes, whole).map { min($0, $1) }
        let possible = zip(shard, chunk).map { max(($0 + $1 / 2) / $1, 1) * $1 }
        guard shard == possible else {
            throw PyramidError(
                .invalidOption,
                "a shard of \(text(shard)) is not a whole number of chunks of \(text(chunk)); "
                    + "the nearest that is: --shard \(text(possible))")
        }
        guard chunkCount(shard, chunk) <= largestChunkCount else {
            throw PyramidError(
                .invalidOption,
                "a shard of \(chunkCount(shard, chunk)) chunks has an index too long to read at once, which ends at "
                    + "\(largestChunkCount); the nearest that works: --shard \(text(fewer(shard, chunk)))")
        }
        return shard
    }

    /// The shard with its longest sides, in chunks, halved until its index is short enough.
    private static func fewer(_ shard: [Int], _ chunk: [Int]) -> [Int] {
        var counts = zip(shard, chunk).map { $0 / $1 }
        while counts.saturatingProduct() > largestChunkCount,
            let longest = counts.indices.max(by: { counts[$0] < counts[$1] })
        {
            counts[longest] = (counts[longest] + 1) / 2
        }
        return zip(counts, chunk).map { $0 * $1 }
    }

    private static func chunkCount(_ shard: [Int], _ chunk: [Int]) -> Int {
        zip(shard, chunk).map { $0 / $1 }.saturatingProduct()
    }

    private static func requireShards(_ version: OMEZarrVersion) throws {
        guard version == .v05 else {
            throw PyramidError(
                .invalidOption, "OME-Zarr 0.4 (Zarr v2) has no shards; use --ome-version 0.5 or --shard none")
        }
    }
}
