public import Zarr

/// How one page of a TIFF file is laid out: its size, its pixels and how they are cut into blocks and packed.
///
/// - Source: TIFF 6.0; Adobe Photoshop TIFF technical notes (deflate, predictor); libtiff BigTIFF design.
public struct TiffPageFormat: Sendable, Hashable {
    /// How a page is cut into separately compressed pieces.
    public enum Blocks: Sendable, Hashable {
        /// Tiles of this many pixels; both sides multiples of 16. Edge tiles are stored whole, padded.
        case tiles(width: Int, height: Int)
        /// Strips as wide as the page and this many rows high; the last one may be lower.
        case strips(rows: Int)
    }

    /// Micrometres from one pixel to the next.
    public struct PixelSize: Sendable, Hashable {
        /// Micrometres along a row and down a column.
        public var x, y: Double

        /// A pixel's size in micrometres.
        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Pixels on each side.
    public var width, height: Int
    /// Values of one pixel, interleaved; 3 means red, green, blue, anything else grey (and unspecified extras).
    public var samplesPerPixel: Int
    /// Type of one value; `bool` is stored as bytes 0 and 1.
    public var type: PixelType
    /// How the page is cut.
    public var blocks: Blocks
    /// How a block is packed.
    public var compression: Compression
    /// Written as pixels per centimetre; nil where unknown.
    public var pixelSize: PixelSize?

    /// A page format.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where a side is not positive, a tile side is not a multiple of
    ///   16, a block would not fit in memory, or the pixels cannot be packed so.
    public init(
        width: Int, height: Int, samplesPerPixel: Int = 1, type: PixelType,
        blocks: Blocks, compression: Compression = .none, pixelSize: PixelSize? = nil
    ) throws {
        self.width = width
        self.height = height
        self.samplesPerPixel = samplesPerPixel
        self.type = type
        self.blocks = blocks
        self.compression = compression
        self.pixelSize = pixelSize
        try check()
    }

    private func check() throws {
        let sides = [width, height, blockWidth, fullBlockHeight]
        guard sides.allSatisfy({ 1...0x7fff_ffff ~= $0 }), 1...0xffff ~= samplesPerPixel else {
            throw ZarrError(
                .invalidCall,
                "a TIFF page of \(width) x \(height) pixels of \(samplesPerPixel) samples cannot be written: every "
                    + "side must be from 1 to 2147483647")
        }
        if case .tiles(let width, let height) = blocks, width % 16 != 0 || height % 16 != 0 {
            throw ZarrError(
                .invalidCall, "TIFF tiles of \(width) x \(height) pixels are not allowed: use multiples of 16")
        }
        let (area, overflow) = blockWidth.multipliedReportingOverflow(by: fullBlockHeight)
        guard !overflow, area <= 0x7fff_ffff / pixelBytes else {
            throw ZarrError(
                .invalidCall,
                "TIFF blocks of \(blockWidth) x \(fullBlockHeight) pixels are too large: use smaller tiles or strips")
        }
        if case .jpeg = compression { try checkJPEG() }
    }

    private func checkJPEG() throws {
        guard type == .uint8, samplesPerPixel == 1 || samplesPerPixel == 3 else {
            throw ZarrError(
                .invalidCall,
                "JPEG holds 8-bit grey and RGB, not \(samplesPerPixel) x \(type) a pixel: use deflate, zstd, LZW or "
                    + "no compression")
        }
        // libjpeg's JPEG_MAX_DIMENSION; and a strip must end between the blocks of 8 rows.
        guard blockWidth <= 65_500, fullBlockHeight <= 65_500, fullBlockHeight % 8 == 0 || blocksDown == 1 else {
            throw ZarrError(
                .invalidCall,
                "JPEG blocks of \(blockWidth) x \(fullBlockHeight) pixels are not allowed: use tiles, or strips of a "
                    + "multiple of 8 rows, below 65500 pixels")
        }
    }

    /// Bytes of one pixel.
    public var pixelBytes: Int { samplesPerPixel * type.size }
    /// Pixels across one block.
    public var blockWidth: Int {
        switch blocks {
        case .tiles(let width, _): width
        case .strips: width
        }
    }
    /// Rows of every block but possibly the last.
    public var fullBlockHeight: Int {
        switch blocks {
        case .tiles(_, let height): height
        case .strips(let rows): min(rows, height)
        }
    }
    /// Blocks side by side.
    public var blocksAcross: Int { (width + blockWidth - 1) / blockWidth }
    /// Blocks on top of one another.
    public var blocksDown: Int { (height + fullBlockHeight - 1) / fullBlockHeight }

    /// Rows stored in the blocks of one row of blocks; fewer than usual only in the last strip.
    public func blockHeight(row: Int) -> Int {
        if case .tiles = blocks { return fullBlockHeight }
        return min(fullBlockHeight, height - row * fullBlockHeight)
    }

    /// Whether values are replaced by their differences along a row before they are packed (predictor 2).
    var isDifferenced: Bool { compression.takesDifferences && type.isInteger }

    /// Bytes of the pixels of a whole block.
    package var blockBytes: Int { blockWidth * fullBlockHeight * pixelBytes }

    /// A bound on the bytes of the page in the file, whatever its pixels are. Saturates instead of overflowing.
    public var largestSize: Int {
        let count = blocksAcross.saturatingMultiplied(by: blocksDown)
        // 16 bytes of each block stand in the directory, one aligns it, and 4 KiB are more than the other entries.
        return count.saturatingMultiplied(by: compression.bound(blockBytes) + 17).saturatingAdding(4096)
    }
}
