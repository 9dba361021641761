import OMEZarr
public import Zarr

/// Something of how an array is stored that other arrays can have, too.
public enum StoragePart: Sendable, Hashable, CaseIterable {
    /// Elements of a chunk.
    case chunk
    /// How chunks are gathered into files.
    case shard
    /// The codecs behind the `bytes` codec.
    case codec
}

extension PyramidOptions {
    /// The options with the storage of an array, as far as arrays of the version can have it.
    ///
    /// - Parameters:
    ///   - parts: what is kept; of the rest the options stay.
    ///   - axes: for each axis of the image that of the array; nil where the array has none.
    public func keeping(_ parts: Set<StoragePart>, of array: ArrayMetadata, axes: [Int?]) -> PyramidOptions {
        var options = self
        func own(_ shape: [Int]) -> [Int] { axes.map { $0.map { shape[$0] } ?? 1 } }
        if parts.contains(.chunk) { options.chunkShape = own(array.innerChunkShape) }
        if parts.contains(.shard) {
            options.sharding = .none
            if version == .v05, array.isSharded {
                // Other chunks than those of the array may not fill its shards.
                let given = options.chunkShape ?? own(array.innerChunkShape)
                let chunk = [Int](repeating: 1, count: max(axes.count - given.count, 0)) + given
                options.sharding = .shape(zip(own(array.chunkShape), chunk).map { max($0 / $1, 1) * $1 })
            }
        }
        if parts.contains(.codec), let encoding = ChunkEncoding(array), encoding.isCommon(in: version.zarrFormat),
            encoding.codecs.first?.name == "bytes"
        {
            options.compression = Array(encoding.codecs.dropFirst())
        }
        return options
    }
}
