import Zarr

/// One page ready to be decoded: its layout, and where its blocks lie.
package final class Page: Sendable {
    package let layout: PageLayout
    package let header: TiffHeader
    /// Where each block begins, and how many bytes it takes. Both 0: the block was never written and holds fill.
    let offsets: [Int]
    let byteCounts: [Int]
    /// The JPEG tables all blocks share.
    let jpegTables: [UInt8]?
    /// The value of pixels that were never written (GDAL_NODATA); nil is zero.
    let noData: Double?
    /// Where the page's directory lies; 0 for planes that have none.
    let directory: Int

    /// Bytes this object keeps, for the cache.
    var cost: Int { 256 + 8 * (offsets.count + byteCounts.count) + (jpegTables?.count ?? 0) }

    /// Whether the blocks follow one another without a gap, uncompressed and final, from ``offsets`` 0 on.
    let isContiguous: Bool

    /// What a block is, beside its bytes.
    func block(_ index: Int) -> BlockDecoder.Block {
        let grid = layout.grid, down = index / grid.across % grid.down, across = index % grid.across
        return BlockDecoder.Block(
            layout: layout, rows: grid.storedRows(down),
            visibleRows: min(grid.blockHeight, grid.height - down * grid.blockHeight),
            visibleColumns: min(grid.blockWidth, grid.width - across * grid.blockWidth),
            needsSwap: header.needsSwap, jpegTables: jpegTables)
    }

    /// The page of a directory.
    ///
    /// - Throws: ``TiffError`` with code `.damaged`, `.unsupported` or `.limitExceeded`.
    package init(_ reader: DirectoryReader, at offset: Int) throws {
        let directory = try reader.directory(at: offset)
        var layout = try PageLayout(directory, reader)
        if let reason = layout.unsupported { throw TiffError(.unsupported, reason, path: reader.file.path) }
        header = reader.header
        self.directory = offset
        let table = try BlockTable(directory, layout, reader)
        jpegTables =
            layout.compression == .jpeg
            ? try directory[.jpegTables].flatMap { $0.count > 4 ? try reader.contents(of: $0) : nil } : nil
        noData = reader.text(.gdalNoData, of: directory).flatMap {
            Double(String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace })
        }
        isContiguous = table.isContiguous(layout)
        if isContiguous && !layout.isTiled {
            // Strips without gaps are one strip: fewer reads, and no table to keep.
            let plane = layout.height * layout.width * layout.samplesPerBlock * (layout.bits / 8)
            layout.blockHeight = layout.height
            offsets = (0..<layout.grid.planes).map { table.offsets[0] + $0 * plane }
            byteCounts = [Int](repeating: plane, count: offsets.count)
        } else {
            offsets = table.offsets
            byteCounts = table.byteCounts
        }
        self.layout = layout
    }

    /// A plane without a directory: uncompressed pixels from `offset` on, laid out as a page of `layout` in one strip.
    init(layout: PageLayout, header: TiffHeader, offset: Int) {
        var layout = layout
        layout.isTiled = false
        layout.blockWidth = layout.width
        layout.blockHeight = layout.height
        let plane = layout.height * layout.width * layout.samplesPerBlock * (layout.bits / 8)
        self.layout = layout
        self.header = header
        offsets = (0..<layout.grid.planes).map { offset + $0 * plane }
        byteCounts = [Int](repeating: plane, count: offsets.count)
        jpegTables = nil
        noData = nil
        directory = 0
        isContiguous = true
    }
}
