/// Reads regions of one array. Keeps scratch memory and the indexes of the shards read last; belongs to one thread at a
/// time.
public final class ZarrArrayReader {
    private let array: ZarrArray
    private let workspace = CodecWorkspace()
    private let shardIndexes: ShardIndexCache?

    init(_ array: ZarrArray) {
        self.array = array
        shardIndexes = array.pipeline.sharding == nil ? nil : ShardIndexCache()
    }

    /// Decodes a region straight into a view. Only chunks that the region touches are read, and of shards only the
    /// inner chunks; chunks that are not stored are filled with the fill value.
    ///
    /// - Parameters:
    ///   - region: within the array; `[z, y, x]` or whatever the array's axes are.
    ///   - pixels: of the region's shape and the array's type.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the region leaves the array, `.corrupt` where a chunk is
    ///   damaged, naming its key.
    public func read(_ region: Region, into pixels: StridedPixels) throws {
        let metadata = array.metadata
        guard region.lies(within: metadata.shape) else {
            throw ZarrError(
                .invalidCall,
                "the region from \(region.origin) of shape \(region.shape) leaves the array, whose shape is "
                    + "\(metadata.shape)", key: array.key)
        }
        guard pixels.shape == region.shape, pixels.type == metadata.type else {
            throw ZarrError(
                .invalidCall,
                "the pixels are \(pixels.type) of shape \(pixels.shape), but the region is "
                    + "\(metadata.type) of shape \(region.shape)", key: array.key)
        }
        let pieces = region.chunks(of: pieceShape(of: region))
        nonisolated(unsafe) let pixels = pixels, reader = self
        // Safety: pieces do not overlap, so no two threads write the same pixels, and each has its own workspace.
        try NumberedTasks.run(pieces.count, threads: workspaces.count) { task, worker in
            try reader.read(pieces[task], pixels, reader.workspaces[worker])
        }
    }

    /// Reads a part of a chunk, or of a shard.
    private func read(_ piece: RegionChunks.Part, _ pixels: StridedPixels, _ workspace: CodecWorkspace) throws {
        xxx
    }
}

extension ZarrArray {
    /// A reader for one thread.
    public func makeReader() throws -> ZarrArrayReader { ZarrArrayReader(self) }

    /// The pixels of a region. Makes a reader for this one call; keep one from ``makeReader()`` to read many regions.
    ///
    /// - Throws: as ``ZarrArrayReader/read(_:into:)``, and ``ZarrError`` with code `.limitExceeded` where the region
    ///   has more bytes than the machine has memory.
    public func read(_ region: Region) throws -> PixelBuffer {
        guard region.lies(within: metadata.shape) else {
            throw ZarrError(
                .invalidCall,
                "the region from \(region.origin) of shape \(region.shape) leaves the array, whose shape is "
                    + "\(metadata.shape)", key: key)
        }
        let bytes = region.shape.byteCount(metadata.type) ?? .max
        guard bytes <= MachineMemory.bytes else {
            throw ZarrError(
                .limitExceeded,
                "the region has \(bytes) bytes, more than this machine has memory: read smaller regions",
                key: key)
        }
        var buffer = PixelBuffer(shape: region.shape, type: metadata.type)
        let reader = try makeReader()
        try buffer.withPixels { try reader.read(region, into: $0) }
        return buffer
    }
}
