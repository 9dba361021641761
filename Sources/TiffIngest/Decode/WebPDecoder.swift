import CWebP

/// WebP, compression 50001: each block is a WebP image of 8-bit RGB or RGBA.
enum WebPDecoder {
    /// Decodes a block.
    ///
    /// - Parameter pixels: `[y, x, sample]` of the whole block.
    /// - Throws: ``TiffError`` with code `.damaged` or `.unsupported`.
    static func decode(
        _ source: UnsafeRawBufferPointer, _ block: BlockDecoder.Block, into pixels: UnsafeMutableRawBufferPointer
    ) throws {
        let layout = block.layout
        guard layout.bits == 8, layout.samplesPerBlock == 3 || layout.samplesPerBlock == 4 else {
            throw TiffError(
                .unsupported,
                "WebP with \(layout.samplesPerBlock) samples of \(layout.bits) bits is not supported; 3 and 4 of 8 are")
        }
        var width: Int32 = 0, height: Int32 = 0
        let data = source.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard WebPGetInfo(data, source.count, &width, &height) != 0 else {
            throw TiffError(.damaged, "WebP data have no valid header")
        }
        guard Int(width) == layout.blockWidth, Int(height) >= block.visibleRows, Int(height) <= block.rows else {
            throw TiffError(
                .damaged,
                "a WebP image of \(width) x \(height) lies in a block of \(layout.blockWidth) x \(block.rows)")
        }
        let target = pixels.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let result =
            layout.samplesPerBlock == 3
            ? WebPDecodeRGBInto(data, source.count, target, pixels.count, Int32(block.rowBytes))
            : WebPDecodeRGBAInto(data, source.count, target, pixels.count, Int32(block.rowBytes))
        guard result != nil else { throw TiffError(.damaged, "WebP data are broken") }
    }
}
