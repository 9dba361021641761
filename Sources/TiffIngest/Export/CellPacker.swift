import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads cells of one level and packs their tiles. Keeps its memory; belongs to one thread at a time.
final class CellPacker {
    /// A packed tile: which of the level it is, page by page, and its bytes in ``packed``.
    struct Tile {
        var index: Int
        var bytes: Range<Int>
    }

    /// The tiles of the last cell.
    private(set) var tiles = [Tile]()
    /// Their bytes, one after the other.
    let packed = ByteBlock()

    private let level: ExportLevel
    private let reader: any RegionReader
    private let encoder: TiffBlockEncoder
    private let pixels: ByteBlock
    private let tile: ByteBlock

    init(_ source: any ImageSource, _ level: ExportLevel) throws {
        self.level = level
        reader = try source.makeReader()
        encoder = try TiffBlockEncoder(level.format)
        pixels = ByteBlock(capacity: level.cellBytes)
        tile = ByteBlock(capacity: level.format.blockBytes)
    }

    /// Reads and packs a cell.
    ///
    /// - Returns: bytes of pixels it has.
    func pack(_ cell: Int) throws -> Int {
        let region = level.region(ofCell: cell)
        try read(region)
        tiles.removeAll(keepingCapacity: true)
        packed.removeAll()
        var plane = 0
        for t in region.origin[0]..<region.end(0) {
            for c in stride(from: region.origin[1], to: region.end(1), by: level.samples) {
                for z in region.origin[2]..<region.end(2) {
                    try pack(region, plane: plane, page: level.page(t: t, c: c, z: z))
                    plane += 1
                }
            }
        }
        return region.shape.saturatingProduct(times: level.format.type.size)
    }

    /// Reads a cell as `[t, page's channel, z, y, x, sample]`.
    private func read(_ region: Region) throws {
        let size = level.format.type.size, samples = level.samples, shape = region.shape
        var strides = [Int](repeating: 0, count: 5)
        strides[4] = size * samples
        strides[3] = strides[4] * shape[4]
        strides[2] = strides[3] * shape[3]
        // Cells of several samples have those of one page only, which lie side by side.
        strides[1] = samples > 1 ? size : strides[2] * shape[2]
        strides[0] = strides[2] * shape[2] * (shape[1] / samples)
        let axes = level.axes
        let own = Region(origin: axes.own(region.origin), shape: axes.own(region.shape))
        try reader.read(
            own, level: level.number,
            into: StridedPixels(
                base: pixels.base, shape: own.shape, strides: axes.own(strides), type: .pixel(level.format.type)))
    }

    /// Packs the tiles of one plane of the cell.
    private func pack(_ region: Region, plane: Int, page: Int) throws {
        let format = level.format, rows = region.shape[3], columns = region.shape[4]
        let start = pixels.base + plane * rows * columns * format.pixelBytes
        for y in stride(from: 0, to: rows, by: format.fullBlockHeight) {
            for x in stride(from: 0, to: columns, by: format.blockWidth) {
                let source = start + (y * columns + x) * format.pixelBytes
                fill(from: source, stride: columns, rows: rows - y, columns: columns - x)
                let block = try encoder.encode(
                    UnsafeRawBufferPointer(start: tile.base, count: format.blockBytes), rows: format.fullBlockHeight)
                let row = (region.origin[3] + y) / format.fullBlockHeight
                let column = (region.origin[4] + x) / format.blockWidth
                let begin = packed.count
                packed.append(block)
                tiles.append(
                    Tile(
                        index: page * level.tilesPerPage + row * format.blocksAcross + column,
                        bytes: begin..<packed.count))
            }
        }
    }

    /// Copies a tile; where it reaches over the page, the last pixels are repeated, which all compressions like.
    ///
    /// Safety: the cell has `rows` rows of at least `columns` pixels from `source` on, and `tile` a whole tile.
    private func fill(from source: UnsafeMutableRawPointer, stride: Int, rows: Int, columns: Int) {
        let format = level.format, pixel = format.pixelBytes, width = format.blockWidth
        let wide = min(columns, width), high = min(rows, format.fullBlockHeight)
        for y in 0..<high {
            let row = tile.base + y &* width &* pixel
            memcpy(row, source + y &* stride &* pixel, wide &* pixel)
            for x in wide..<width { memcpy(row + x &* pixel, row + (wide &- 1) &* pixel, pixel) }
        }
        let last = tile.base + (high - 1) * width * pixel
        for y in high..<format.fullBlockHeight { memcpy(tile.base + y &* width &* pixel, last, width &* pixel) }
    }
}
