extension ZarrArray {
    /// Writes a whole chunk of the grid: a chunk, or a shard.
    ///
    /// A chunk of nothing but the fill value is not stored; what stood there is removed.
    ///
    /// - Parameters:
    ///   - index: the chunk's place on each axis of the grid.
    ///   - pixels: the whole chunk, also at the edge of the array: contiguous, C order, machine byte order.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the grid has no such chunk, the pixels are too many or
    ///   too few, or the store cannot be written to; `.ioFailure` where the machine fails.
    public func writeChunk(_ index: [Int], _ pixels: UnsafeRawBufferPointer, _ workspace: CodecWorkspace) throws {
        let store = try writableStore(), chunk = try key(ofChunk: index)
        guard pixels.count == pipeline.byteCount else {
            throw ZarrError(
                .invalidCall,
                "a chunk of shape \(metadata.chunkShape) has \(pipeline.byteCount) bytes, not \(pixels.count)",
                key: chunk)
        }
        if metadata.fillValue.fills(pixels) { return try store.remove(chunk) }
        try workspace.withBlock(0) { encoded in
            try pipeline.encode(pixels, into: encoded, workspace)
            try store.write(chunk, encoded.bytes)
        }
    }

    /// Writes pixels that cover whole chunks, or whole shards where the array is sharded; each file once, and of a shard
    /// no more than some inner chunks in memory.
    ///
    /// What lies beyond the edge of the array is filled with the fill value. Chunks of nothing but the fill value are
    /// not stored; what stood there is removed. The files are the same however many threads there are.
    ///
    /// - Parameters:
    ///   - region: begins and ends on each axis where chunks do, or ends where the array does.
    ///   - pixels: of the region's shape and the array's type; only read.
    ///   - threads: how many encode at once; files are shared out among them, or inner chunks where files are few.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the region cuts a chunk or leaves the array, the pixels
    ///   do not fit it, or the store cannot be written to; `.ioFailure` where the machine fails. Chunks that were
    ///   written before stay.
    public func write(_ region: Region, from pixels: StridedPixels, threads: Int = 1) throws {
        let store = try writableStore()
        try checkCoversChunks(region)
        guard pixels.shape == region.shape, pixels.type == metadata.type else {
            throw ZarrError(
                .invalidCall,
                "the pixels are \(pixels.type) of shape \(pixels.shape), but the region is \(metadata.type) of shape "
                    + "\(region.shape)", key: key)
        }
        let chunks = region.chunks(of: metadata.chunkShape), layout = try ShardLayout(metadata)
        let files = min(max(threads, 1), max(chunks.count, 1))
        let workers = (0..<files).map { _ in ChunkEncoders(threads: max(threads / files, 1)) }
        // Safety: the pixels are only read, and each thread has its own encoders.
        nonisolated(unsafe) let pixels = pixels, encoders = workers
        try WorkerPool(threads: files).run(chunks.count) { task, worker in
            let part = chunks[task], source = pixels.subview(part.inRegion), chunk = try key(ofChunk: part.index)
            if let layout {
                try encoders[worker].writeShard(layout, source, store, chunk)
            } else {
                try encoders[worker].writeChunk(pipeline, source, store, chunk)
            }
        }
    }

    /// Writes pixels that cover whole chunks, from `origin` on: see ``write(_:from:threads:)``.
    ///
    /// - Parameter origin: where the first pixel goes; nil is the first of the array.
    public func write(_ pixels: PixelBuffer, at origin: [Int]? = nil, threads: Int = 1) throws {
        let region = Region(origin: origin ?? [Int](repeating: 0, count: pixels.shape.count), shape: pixels.shape)
        try pixels.bytes.withUnsafeBytes { bytes in
            // Safety: the view is only read.
            let base = UnsafeMutableRawPointer(mutating: bytes.orEmpty)
            try write(region, from: StridedPixels(base: base, shape: pixels.shape, type: pixels.type), threads: threads)
        }
    }

    private func writableStore() throws -> any WritableStore {
        guard let store = store as? any WritableStore else {
            throw ZarrError(
                .invalidCall, "\(store.name) cannot be written to: open the array in a writable store", key: key)
        }
        return store
    }

    private func checkCoversChunks(_ region: Region) throws {
        try check(region)
        for (axis, extent) in metadata.chunkShape.enumerated() {
            guard region.origin[axis] % extent == 0,
                region.end(axis) % extent == 0 || region.end(axis) == metadata.shape[axis]
            else {
                throw ZarrError(
                    .invalidCall,
                    "the region from \(region.origin) of shape \(region.shape) cuts a chunk on axis \(axis), where "
                        + "chunks have an extent of \(extent): write whole chunks", key: key)
            }
        }
    }
}
