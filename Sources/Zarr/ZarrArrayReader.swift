/// Reads regions of one array. Keeps scratch memory and the indexes of the shards read last; belongs to one thread at a
/// time, but may use several.
public final class ZarrArrayReader {
    private let array: ZarrArray
    private let innerChunkShape: [Int]
    private let shardIndexes: ShardIndexCache?
    private let pool: WorkerPool
    /// One for each thread.
    private let workspaces: [CodecWorkspace]

    init(_ array: ZarrArray, threads: Int) {
        self.array = array
        innerChunkShape = array.metadata.innerChunkShape
        shardIndexes = array.pipeline.sharding == nil ? nil : ShardIndexCache()
        pool = WorkerPool(threads: threads)
        workspaces = (0..<pool.size).map { _ in CodecWorkspace() }
    }

    /// A reader of one thread that decodes in memory it has already, and remembers few indexes.
    init(_ array: ZarrArray, sharing workspace: CodecWorkspace) {
        self.array = array
        innerChunkShape = array.metadata.innerChunkShape
        shardIndexes = array.pipeline.sharding == nil ? nil : ShardIndexCache(capacity: 2)
        pool = WorkerPool(threads: 1)
        workspaces = [workspace]
    }

    /// Decodes a region straight into a view. Only chunks that the region touches are read, and of shards only the
    /// inner chunks; of chunks that are stored as they are, only the bytes from the first pixel wanted to the last.
    /// Chunks that are not stored are filled with the fill value.
    ///
    /// - Parameters:
    ///   - region: within the array; `[z, y, x]` or whatever the array's axes are.
    ///   - pixels: of the region's shape and the array's type.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the region leaves the array, `.corrupt` where a chunk is
    ///   damaged, naming its key: the first one in C order, however many threads there are.
    public func read(_ region: Region, into pixels: StridedPixels) throws {
        try array.check(region)
        guard pixels.shape == region.shape, pixels.type == array.metadata.type else {
            throw ZarrError(
                .invalidCall,
                "the pixels are \(pixels.type) of shape \(pixels.shape), but the region is "
                    + "\(array.metadata.type) of shape \(region.shape)", key: array.key)
        }
        let shape = pieceShape(region), pieces = region.chunks(of: shape)
        // Safety: pieces do not overlap, so no two threads write the same pixels, and each has its own workspace.
        nonisolated(unsafe) let reader = self, pixels = pixels
        try pool.run(pieces.count) { task, worker in
            try reader.read(pieces[task], shape, into: pixels, reader.workspaces[worker])
        }
    }

    /// The pixels of a region.
    ///
    /// - Throws: as ``read(_:into:)``, and ``ZarrError`` with code `.limitExceeded` where the region has more bytes than
    ///   the machine has memory.
    public func read(_ region: Region) throws -> PixelBuffer {
        try array.check(region)
        let bytes = region.shape.byteCount(array.metadata.type) ?? .max
        guard bytes <= MachineMemory.bytes else {
            throw ZarrError(
                .limitExceeded,
                "the region has \(bytes) bytes, more than this machine has memory: read smaller regions",
                key: array.key)
        }
        return try PixelBuffer(shape: region.shape, type: array.metadata.type) { try read(region, into: $0) }
    }

    /// What a thread reads at a time: a chunk, or where there are few shards, rows of their inner chunks.
    private func pieceShape(_ region: Region) -> [Int] {
        var shape = array.metadata.chunkShape
        // Several pieces for each thread, so that none waits long for the last. The first axis is cut first, because
        // inner chunks that are neighbours on the last one are neighbours in the file.
        let enough = pool.size == 1 ? 0 : 4 * pool.size
        for axis in shape.indices where region.chunks(of: shape).count < enough { shape[axis] = innerChunkShape[axis] }
        return shape
    }

    private func read(
        _ piece: RegionChunks.Part, _ shape: [Int], into pixels: StridedPixels, _ workspace: CodecWorkspace
    ) throws {
        let metadata = array.metadata, target = pixels.subview(piece.inRegion)
        let start = zip(piece.index, shape).map { $0 * $1 }
        var inChunk = piece.inChunk
        for axis in start.indices { inChunk.origin[axis] += start[axis] % metadata.chunkShape[axis] }
        let key = try array.key.appending(metadata.key(ofChunk: zip(start, metadata.chunkShape).map { $0 / $1 }))
        let source = StoredObject(array.store, key, shardIndexes: shardIndexes)
        let isThere = try ZarrError.locating(
            key, "cannot decode chunk \(key) of \(array.store.name); it may be damaged or incomplete, copy it again"
        ) { try array.pipeline.decode(inChunk, from: source, into: target, workspace) }
        if !isThere { target.fill(with: metadata.fillValue.bytes) }
    }
}
