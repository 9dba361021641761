/// Where the tiles of one level lie in the file, page by page.
struct TileTable {
    private let tilesPerPage: Int
    private var offsets: [Int]
    private var counts: [UInt32]

    init(_ level: ExportLevel) {
        tilesPerPage = level.tilesPerPage
        offsets = [Int](repeating: 0, count: level.tilesPerPage * level.pageCount)
        counts = [UInt32](repeating: 0, count: offsets.count)
    }

    /// Notes where a tile lies.
    mutating func set(_ tile: Int, offset: Int, count: Int) {
        offsets[tile] = offset
        counts[tile] = UInt32(truncatingIfNeeded: count)
    }

    /// A page of the level, ready for its directory.
    func page(_ number: Int, _ format: TiffPageFormat) -> TiffPage {
        let tiles = number * tilesPerPage..<(number + 1) * tilesPerPage
        var page = TiffPage(format: format)
        page.offsets = Array(offsets[tiles])
        page.counts = counts[tiles].map { Int($0) }
        return page
    }
}
