/// Turns the stored bytes of a block into pixels in the byte order of the machine. Belongs to one worker.
package final class BlockDecoder {
    private lazy var deflate = DeflateDecoder()
    private lazy var zstandard = ZstandardDecoder()
    private lazy var lzw = LZWDecoder()
    private let scratch = Scratch()

    package init() {}

    /// What a block is, beside its bytes.
    package struct Block {
        package var layout: PageLayout
        /// Rows that are stored, and of those the rows and columns that lie inside the image.
        package var rows: Int
        package var visibleRows: Int
        package var visibleColumns: Int
        package var needsSwap: Bool
        package var jpegTables: [UInt8]?

        package init(
            layout: PageLayout, rows: Int, visibleRows: Int, visibleColumns: Int, needsSwap: Bool,
            jpegTables: [UInt8]? = nil
        ) {
            self.layout = layout
            self.rows = rows
            self.visibleRows = visibleRows
            self.visibleColumns = visibleColumns
            self.needsSwap = needsSwap
            self.jpegTables = jpegTables
        }

        /// Bytes of one decoded row.
        package var rowBytes: Int { layout.blockWidth * layout.samplesPerBlock * (layout.bits / 8) }
    }

    /// Decodes a block.
    ///
    /// - Parameters:
    ///   - encoded: the stored bytes; reversed in place where the file has its bits in reverse.
    ///   - pixels: exactly `rows * rowBytes` bytes, `[y, x, sample]`.
    /// - Throws: ``TiffError`` with code `.damaged` where the stored bytes are broken or too few.
    package func decode(
        _ block: Block, _ encoded: UnsafeMutableRawBufferPointer, into pixels: UnsafeMutableRawBufferPointer
    ) throws {
        let layout = block.layout
        if layout.isBitReversed && !layout.compression.isImageCodec { BitOrder.reverse(encoded) }
        let source = UnsafeRawBufferPointer(encoded)
        switch layout.compression {
        case .jpeg: return try JPEGDecoder.decode(source, block, into: pixels)
        case .webP: return try WebPDecoder.decode(source, block, into: pixels)
        default: break
        }
        let count = try decompress(layout.compression, source, into: pixels)
        if count < pixels.count {
            // GDAL cuts the tiles of the last row off at the image's edge.
            guard count >= block.visibleRows * block.rowBytes else {
                throw TiffError(
                    .damaged,
                    "\(layout.compression.name) data hold \(count) bytes of \(pixels.count); the file may be "
                        + "incomplete: copy it again")
            }
            _ = UnsafeMutableRawBufferPointer(rebasing: pixels[count...]).initializeMemory(as: UInt8.self, repeating: 0)
        }
        Predictor.undo(layout, pixels, rows: block.rows, needsSwap: block.needsSwap, scratch)
    }

    private func decompress(
        _ compression: Compression, _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        switch compression {
        case .none:
            let count = min(source.count, target.count)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
            return count
        case .lzw: return try lzw.decode(source, into: target)
        case .packBits: return PackBits.decode(source, into: target)
        case .deflate, .oldDeflate: return try deflate.decode(source, into: target)
        case .zstandard, .oldZstandard: return try zstandard.decode(source, into: target)
        case .lzma: return try LZMADecoder.decode(source, into: target)
        default: throw TiffError(.unsupported, compression.unsupported ?? "\(compression.name) blocks need libtiff")
        }
    }
}
