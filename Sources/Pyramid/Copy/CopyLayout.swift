import OMEZarr
import Zarr

/// The chunks, shards and codecs of an array's copy.
struct CopyLayout {
    /// Elements of a chunk.
    let chunk: [Int]
    /// Elements of a shard; nil where each chunk is an object.
    let shard: [Int]?
    /// What was decided and why; nil where nothing was.
    let reason: String?

    /// True for v2 whose keys shall be those of OME-Zarr 0.4, whatever they were.
    private let nestsKeys: Bool
    /// All codecs, where they stay as they are.
    private let kept: [CodecSpec]?
    /// What encodes a chunk.
    private let encoding: ChunkEncoding

    /// - Parameter format: of the copy.
    /// - Throws: ``PyramidError`` where an option does not fit the array.
    init(_ source: ArrayMetadata, _ format: ZarrFormat, _ options: CopyOptions) throws {
        var chunk = source.innerChunkShape
        if let sizes = options.chunkShape { chunk = Self.filled(sizes, source.shape) }
        self.chunk = chunk
        nestsKeys = options.version == .v04
        switch options.sharding {
        case nil where format == .v2 || !source.isSharded: shard = nil
        case nil: shard = Self.rounded(source.chunkShape, chunk, source.shape)
        case let sharding?: shard = try Self.shard(sharding, source, format, chunk)
        }
        let own = ChunkEncoding(source)
        (encoding, reason) = Self.encoding(source, own, format, chunk, options)
        let isCommon =
            own.map { $0.isCommon(in: format) && !source.isSharded && (format == .v3 || !$0.hasChecksum) } ?? false
        kept = options.keepsChunks && (format == source.format || isCommon) ? source.codecs : nil
    }

    /// The array's metadata in a format with these chunks.
    func target(of source: ArrayMetadata, _ format: ZarrFormat) -> ArrayMetadata {
        var target = source
        target.format = format
        if format != source.format || nestsKeys {
            target.keyEncoding = format == .v2 ? .v2(.slash) : .default()
        }
        if let kept {
            target.codecs = kept
            return target
        }
        target.chunkShape = shard ?? chunk
        // Whoever reads shards knows crc32c from their index: a damaged chunk can be found at no cost in readers.
        target.codecs = shard == nil ? encoding.codecs : [.sharding(chunk, encoding.codecs + [.crc32c])]
        return target
    }

    private static func encoding(
        _ source: ArrayMetadata, _ own: ChunkEncoding?, _ format: ZarrFormat, _ chunk: [Int], _ options: CopyOptions
    ) -> (ChunkEncoding, String?) {
        func made(_ codecs: (PixelType) -> [CodecSpec]) -> ChunkEncoding {
            let behind = source.type.pixel.map(codecs) ?? [.zstd()]
            return ChunkEncoding(chunkShape: chunk, type: source.type, codecs: [.bytes(source.type)] + behind)
        }
        if let compression = options.compression { return (made(compression), nil) }
        if let own, format == source.format || own.isCommon(in: format) {
            return (ChunkEncoding(chunkShape: chunk, type: source.type, codecs: own.codecs), nil)
        }
        let names = (own?.codecs ?? source.codecs).map(\.name).filter { $0 != "bytes" }.joined(separator: ", ")
        let reason = "what is encoded by \(names) is encoded anew, because few readers of \(format) would understand it"
        return (made(options.standardCompression), source.format == .n5 ? nil : reason)
    }

    /// The caller's sizes for the last axes, as far as the array has axes and elements; ones in front.
    private static func filled(_ sizes: [Int], _ shape: [Int]) -> [Int] {
        let last = sizes.suffix(shape.count)
        return zip([Int](repeating: 1, count: shape.count - last.count) + last, shape).map { min($0, max($1, 1)) }
    }

    /// The shard next to one there was that is whole chunks, no larger than the array.
    private static func rounded(_ shard: [Int], _ chunk: [Int], _ shape: [Int]) -> [Int] {
        let near = zip(shard, chunk).map { max(($0 + $1 / 2) / $1, 1) * $1 }
        return near == shard ? near : ShardShape.clamped(near, chunk: chunk, level: shape)
    }

    private static func shard(
        _ sharding: PyramidOptions.Sharding, _ source: ArrayMetadata, _ format: ZarrFormat, _ chunk: [Int]
    ) throws -> [Int]? {
        var sharding = sharding
        if case .shape(let sizes) = sharding { sharding = .shape(sizes.suffix(source.rank)) }
        // Axes and extents are all that matters here; elements that are no pixels are measured by their size.
        guard source.rank > 0, !source.shape.contains(0) else { return nil }
        let image = ImageDescription(axes: source.axes, shape: source.shape, type: source.type.pixel ?? .uint64)
        return try ShardShape.choose(sharding, format == .v2 ? .v04 : .v05, image, chunk: chunk)
    }
}
