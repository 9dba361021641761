import OMEZarr
public import Zarr

/// How one array is copied: what it becomes, and what has to be done to its chunks.
public struct ArrayCopyPlan: Sendable {
    /// What is done to the chunks.
    public enum Method: Sendable, Hashable {
        /// Objects are copied as they are, perhaps under other names.
        case objects
        /// Encoded chunks move between objects and shards, or get a checksum or lose it; none is decoded.
        case chunks
        /// Chunks are decoded and encoded.
        case rechunk(RechunkPlan)
    }

    /// The array as it is.
    public let source: ArrayMetadata
    /// The array as it will be.
    public let target: ArrayMetadata
    /// What is done to the chunks.
    public let method: Method
    /// The box of the source that is copied; nil: all of it.
    public let part: Region?
    /// What was decided and why; nil where nothing was.
    public let reason: String?

    /// Plans the copy of an array.
    ///
    /// - Parameters:
    ///   - axes: names of the axes where the image says them; nil: what the array itself says.
    ///   - format: of the copy.
    /// - Throws: ``PyramidError`` where an option does not fit the array or the memory allowed is not enough.
    init(_ source: ArrayMetadata, axes: [String]?, format: ZarrFormat, _ options: CopyOptions) throws {
        self.source = source
        part = options.part
        var named = source.named(axes, format)
        if let part = options.part { named.shape = part.shape }
        let layout = try CopyLayout(named, format, options)
        target = layout.target(of: named, format)
        reason = layout.reason
        if part == nil, Self.hasSameObjects(source, target) {
            method = .objects
        } else if part == nil, let encoding = ChunkEncoding(source), ChunkEncoding(target)?.isSame(as: encoding) == true
        {
            method = .chunks
        } else {
            let task = RechunkTask(
                shape: target.shape, elementSize: source.type.size, sourceChunk: source.innerChunkShape,
                sourceIndexBytes: source.isSharded
                    ? zip(source.chunkShape, source.innerChunkShape).map { $0 / $1 }.saturatingProduct(times: 16) : 0,
                chunk: target.innerChunkShape, shard: target.isSharded ? target.chunkShape : nil)
            method = .rechunk(try RechunkPlan(task, memory: options.memory, threads: options.threads))
        }
    }

    /// Bytes of the pixels.
    public var pixelBytes: Int { target.shape.saturatingProduct(times: source.type.size) }

    /// Objects if none is empty.
    public var objectCount: Int { target.gridShape.saturatingProduct() }

    /// Bytes held at the peak, besides the program itself.
    public func peakBytes(threads: Int) -> Int {
        if case .rechunk(let plan) = method { return plan.peakBytes }
        return ChunkRelay.peakBytes(self, threads: threads)
    }

    private static func hasSameObjects(_ source: ArrayMetadata, _ target: ArrayMetadata) -> Bool {
        source.format != .n5 && source.chunkShape == target.chunkShape && source.codecs == target.codecs
    }
}

extension ArrayMetadata {
    /// The same array with its axes named where a format keeps their names: v2 in the attribute by which xarray finds
    /// them, v3 in `dimension_names`.
    fileprivate func named(_ axes: [String]?, _ format: ZarrFormat) -> ArrayMetadata {
        let attribute = "_ARRAY_DIMENSIONS"
        var named = self
        let own = (attributes[attribute]?.array ?? []).compactMap(\.string)
        let names: [String?]? = axes ?? dimensionNames ?? (own.count == rank ? own : nil)
        guard let names, names.count == rank, self.format != format || dimensionNames == nil && format == .v3 else {
            return named
        }
        switch format {
        case .v3:
            named.dimensionNames = names
            if own == names.compactMap({ $0 }) { named.attributes[attribute] = nil }
        case .v2:
            let known = names.compactMap { $0 }
            if known.count == rank { named.attributes[attribute] = .array(known.map { .string($0) }) }
            named.dimensionNames = nil
        case .n5: break
        }
        return named
    }
}
