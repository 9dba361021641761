import Zarr

/// Packs blocks of pixels for one page format. Keeps its scratch memory; belongs to one thread at a time.
///
/// Each worker has its own encoder, so that blocks are packed in parallel and appended in order.
public final class TiffBlockEncoder {
    private let format: TiffPageFormat
    private let packer: (any BlockPacker)?
    private let differenced: ByteBlock
    private let packed: ByteBlock

    /// - Throws: ``ZarrError`` with code `.ioFailure` where there is no memory for the compressor.
    public init(_ format: TiffPageFormat) throws {
        self.format = format
        packer =
            switch format.compression {
            case .none: nil
            case .deflate(let level): try DeflateEncoder(level: level)
            case .zstd(let level): try ZstandardEncoder(level: level)
            case .lzw: LZWEncoder()
            case .jpeg(let quality): JPEGEncoder(format, quality: quality)
            }
        differenced = ByteBlock(capacity: format.isDifferenced ? format.blockBytes : 0)
        packed = ByteBlock(capacity: packer == nil ? 0 : format.compression.bound(format.blockBytes))
    }

    /// The stored form of one block, valid until the next call.
    ///
    /// - Parameters:
    ///   - pixels: `[y, x, sample]`, contiguous, machine byte order: a whole block of the format, padded where it
    ///     reaches over the page.
    ///   - rows: rows in `pixels`; fewer than the block's only for a last strip.
    public func encode(_ pixels: UnsafeRawBufferPointer, rows: Int) throws -> UnsafeRawBufferPointer {
        precondition(pixels.count == rows * format.blockWidth * format.pixelBytes, "pixels do not fill the block")
        guard let packer, let base = pixels.baseAddress, pixels.count <= format.blockBytes else { return pixels }
        var source = pixels
        if format.isDifferenced {
            // Safety: `pixels` is no larger than a block, for which `differenced` has room.
            HorizontalDifference.run(
                base, into: differenced.base, rows: rows, values: format.blockWidth * format.samplesPerPixel,
                step: format.samplesPerPixel, size: format.type.size)
            source = UnsafeRawBufferPointer(start: differenced.base, count: pixels.count)
        }
        let target = UnsafeMutableRawBufferPointer(start: packed.base, count: packed.capacity)
        return UnsafeRawBufferPointer(start: packed.base, count: try packer.pack(source, rows: rows, into: target))
    }
}
