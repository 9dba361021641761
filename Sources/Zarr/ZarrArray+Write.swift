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
        guard let store = store as? any WritableStore else {
            throw ZarrError(
                .invalidCall, "\(store.name) cannot be written to: open the array in a writable store", key: key)
        }
        let chunk = try key(ofChunk: index)
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
}
