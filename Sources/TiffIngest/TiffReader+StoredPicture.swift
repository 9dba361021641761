import OMEZarr
import Zarr

extension TiffImage {
    /// A part of a level as the JPEG file it is stored as: a decoder sees in it what reading the part gives. Nil where it
    /// is not exactly one tile of JPEG in colour, or stored finer than asked for.
    ///
    /// That the tile can be decoded is not looked at.
    ///
    /// - Parameter quality: of libjpeg, 1 to 100; a file of a higher quality would be larger than who asks expects.
    /// - Throws: ``TiffError`` where the file cannot be read.
    package func storedPicture(_ region: Region, level: Int, quality: Int) throws -> [UInt8]? {
        guard levels.indices.contains(level), region.lies(within: description.levels[level].shape),
            let stored = try TiffReader(self).storedPicture(region, level)
        else { return nil }
        return stored.coarseness >= JPEGFile.coarseness(ofQuality: quality) ? stored.bytes : nil
    }
}

extension TiffReader {
    fileprivate func storedPicture(_ region: Region, _ level: Int) throws -> JPEGFile? {
        let axes = image.description.axes, stack = image.levels[level], layout = stack.layout
        func range(_ name: String) -> Range<Int> {
            axes.firstIndex { $0.name == name }.map { region.origin[$0]..<region.end($0) } ?? 0..<1
        }
        let rows = range("y"), columns = range("x"), channels = range("c"), z = range("z"), t = range("t")
        guard layout.isTiled, layout.compression == .jpeg, layout.samples == 3, layout.isInterleaved,
            layout.bits == 8, layout.extraSamples.isEmpty, !layout.isBitReversed,
            channels.count == 3, channels.lowerBound % 3 == 0, z.count == 1, t.count == 1,
            rows.count == layout.blockHeight, rows.lowerBound % layout.blockHeight == 0,
            columns.count == layout.blockWidth, columns.lowerBound % layout.blockWidth == 0
        else { return nil }
        let plane = (t.lowerBound * image.pageChannels + channels.lowerBound / 3) * image.depths + z.lowerBound
        guard plane < stack.planes.count, !stack.planes[plane].isAbsent else { return nil }
        let (file, directories) = try open(Int(stack.planes[plane].file))
        let page = try page(stack.planes[plane], stack, directories)
        let block = page.layout.grid.index(
            plane: 0, row: rows.lowerBound / layout.blockHeight, column: columns.lowerBound / layout.blockWidth)
        let count = page.byteCounts[block], decoded = layout.blockRowBytes * layout.blockHeight
        guard page.layout.compression == .jpeg, [2, 6].contains(page.layout.photometric), page.offsets[block] > 0,
            count > 0, count <= decoded, page.offsets[block] <= file.size - count
        else { return nil }
        var stream = [UInt8](repeating: 0, count: count)
        try stream.withUnsafeMutableBytes { room in
            guard let base = room.baseAddress else { return }
            // Safety: the room has `count` bytes.
            try file.read(count, at: page.offsets[block], into: base)
        }
        return JPEGFile(
            tables: page.jpegTables ?? [], stream: stream, width: layout.blockWidth, height: layout.blockHeight,
            isRGB: page.layout.photometric == 2)
    }
}
