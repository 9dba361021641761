import OMEZarr
import Zarr

/// One image of an export: its source, and the levels that become pages.
struct ExportImage: Sendable {
    let source: any ImageSource
    /// Finest first; at least one.
    let levels: [ExportLevel]
    /// What is not written and why; nil where everything is.
    let warning: String?

    /// - Parameter samples: of a pixel in a page: 3 for red, green and blue side by side.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the pages cannot be written as asked.
    init(_ source: any ImageSource, samples: Int, _ options: OMETiffOptions, mostCellBytes: Int) throws {
        let image = source.description
        let axes = try PageAxes(image)
        self.source = source
        let usable = options.hasPyramid ? Self.usableLevels(image, axes) : 1
        levels = try (0..<usable).map {
            try ExportLevel(
                source, level: $0, axes: axes, samples: samples, options, mostBytes: mostCellBytes)
        }
        let left = image.levels.count - usable
        warning =
            options.hasPyramid && left > 0
            ? "\(left) of the \(image.levels.count) levels are not written: an OME-TIFF has levels that are smaller "
                + "only across and down, by whole factors" : nil
    }

    /// - Throws: ``OMEZarrError`` with code `.unsupported` where OME-TIFF has no words for an image.
    static func check(_ image: ImageDescription) throws {
        _ = try PageAxes(image)
        guard OMEXMLWriter.typeName(image.type, .tiffPages) != nil else {
            throw OMEZarrError(
                .unsupported,
                "OME-XML has no pixel type \(image.type): 'ome-zarr read' writes a plain TIFF of such pixels")
        }
        guard !image.shape.contains(0) else {
            throw OMEZarrError(.unsupported, "the image has no pixels: an axis has no elements")
        }
    }

    /// How many levels there are in which each page is smaller than the one before by a whole factor, and as many as in
    /// level 0. Where a row or column is left over, it may be there or not.
    static func usableLevels(_ image: ImageDescription, _ axes: PageAxes) -> Int {
        let extents = image.levels.map { axes.extents($0.shape) }
        let end = extents.indices.dropFirst().first { number in
            let (above, here) = (extents[number - 1], extents[number])
            let isSmaller = here[3] < above[3] || here[4] < above[4]
            let isWhole = zip(above, here).suffix(2).allSatisfy(isWholeFactor)
            return !isSmaller || !isWhole || here.prefix(3) != extents[0].prefix(3)
        }
        return end ?? extents.count
    }

    /// Whether one pixel may stand for the same whole number of pixels everywhere.
    private static func isWholeFactor(_ above: Int, _ here: Int) -> Bool {
        guard (1...max(above, 1)).contains(here) else { return false }
        // No other factor than the one rounded either way comes closer.
        return [above / here, above / here + 1].contains { above / $0 == here || (above + $0 - 1) / $0 == here }
    }

    /// Pages of level 0.
    var pageCount: Int { levels[0].pageCount }
    /// Bytes of the pixels of all levels.
    var pixelBytes: Int {
        levels.reduce(0) { $0.saturatingAdding($1.extents.saturatingProduct(times: $1.format.type.size)) }
    }
    /// A bound on the bytes of all pages.
    var largestSize: Int {
        levels.reduce(0) { $0.saturatingAdding($1.format.largestSize.saturatingMultiplied(by: $1.pageCount)) }
    }
    /// Where all tiles lie, while they are written.
    var tableBytes: Int {
        levels.reduce(0) {
            $0.saturatingAdding($1.tilesPerPage.saturatingMultiplied(by: $1.pageCount).saturatingMultiplied(by: 12))
        }
    }
    /// The most one worker holds: a cell as read and as packed, a tile in between, and what its reader needs.
    var workerBytes: Int {
        levels.reduce(0) { most, level in
            let tile = level.format.compression.bound(level.format.blockBytes) + 2 * level.format.blockBytes
            let sum = level.cellBytes.saturatingAdding(level.packedBytes).saturatingAdding(tile)
            return max(most, sum.saturatingAdding(source.readerBytes(level: level.number)))
        }
    }
}
