/// Packs the bytes of one block after the other in one way. Belongs to one thread at a time.
protocol BlockPacker: AnyObject {
    /// Packs a block.
    ///
    /// - Parameters:
    ///   - source: `[y, x, sample]`, contiguous; not empty.
    ///   - rows: rows in `source`.
    ///   - target: room for ``TiffPageFormat/Compression/bound(_:)`` bytes.
    /// - Returns: bytes written.
    func pack(
        _ source: UnsafeRawBufferPointer, rows: Int, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int
}
