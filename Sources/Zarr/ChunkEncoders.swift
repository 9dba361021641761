/// Encodes and stores chunks that lie in a larger image: what one file at a time takes, for a thread or several.
package final class ChunkEncoders {
    private let pool: WorkerPool
    /// One for each thread.
    private let workspaces: [CodecWorkspace]

    init(threads: Int) {
        pool = WorkerPool(threads: threads)
        workspaces = (0..<pool.size).map { _ in CodecWorkspace() }
    }

    /// Writes a chunk as a file of its own.
    ///
    /// - Parameter source: the part of the chunk that lies in the array.
    func writeChunk(_ pipeline: CodecPipeline, _ source: StridedPixels, _ store: any WritableStore, _ key: StoreKey)
        throws
    {
        try Self.encode(source, pipeline, workspaces[0]) { encoded in
            guard let encoded else { return try store.remove(key) }
            try store.write(key, encoded)
        }
    }

    /// Writes a shard whose inner chunks the threads share out.
    ///
    /// - Parameter source: the part of the shard that lies in the array.
    func writeShard(_ layout: ShardLayout, _ source: StridedPixels, _ store: any WritableStore, _ key: StoreKey) throws
    {
        let parts = Region(wholeOf: source.shape).chunks(of: layout.chunkShape)
        let numbers = parts.map { layout.number(ofChunk: $0.index) }
        let writer = try ShardWriter(layout, store: store, key: key, order: numbers)
        // Safety: the pixels are only read, and each thread has its own workspace.
        nonisolated(unsafe) let source = source, encoders = self
        do {
            try pool.run(parts.count) { task, worker in
                let pixels = source.subview(parts[task].inRegion)
                try Self.encode(pixels, layout.inner, encoders.workspaces[worker]) { encoded in
                    try writer.add(chunk: numbers[task], encoded: encoded)
                }
            }
        } catch {
            writer.abandon()
            throw error
        }
        if try writer.finish() == 0 { try store.remove(key) }
    }

    /// Encodes a chunk that may be cut by the edge of its array.
    ///
    /// - Parameters:
    ///   - source: the part of the chunk that lies in the array.
    ///   - body: gets the encoded chunk; nil where all its pixels are the fill value.
    package static func encode(
        _ source: StridedPixels, _ pipeline: CodecPipeline, _ workspace: CodecWorkspace,
        _ body: (UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        try workspace.withBlock(pipeline.byteCount) { chunk in
            chunk.count = pipeline.byteCount
            let pixels = StridedPixels(base: chunk.base, shape: pipeline.chunkShape, type: pipeline.type)
            if source.shape != pixels.shape { pixels.fill(with: pipeline.fillValue.bytes) }
            pixels.subview(Region(wholeOf: source.shape)).copy(from: source)
            if pipeline.fillValue.fills(chunk.bytes) { return try body(nil) }
            try workspace.withBlock(0) { encoded in
                try pipeline.encode(chunk.bytes, into: encoded, workspace)
                try body(encoded.bytes)
            }
        }
    }
}
