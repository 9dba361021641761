/// Where the blocks of a page lie, as its directory says, with the mistakes of known writers corrected.
struct BlockTable {
    var offsets: [Int]
    var byteCounts: [Int]

    /// Reads the offsets and byte counts of a page.
    ///
    /// - Throws: ``TiffError`` with code `.damaged` where there are too few, `.limitExceeded` where there are too many.
    init(_ directory: Directory, _ layout: PageLayout, _ reader: DirectoryReader) throws {
        let path = reader.file.path
        guard let blocks = layout.grid.count, blocks <= reader.limits.fieldBytes / 8 else {
            throw TiffError(.limitExceeded, "the page has too many strips or tiles to list them", path: path)
        }
        // Some writers describe tiles with the tags of strips; both mean the same.
        guard let field = directory[.tileOffsets] ?? directory[.stripOffsets] else {
            throw TiffError(.damaged, "StripOffsets (tag 273) and TileOffsets (tag 324) are missing", path: path)
        }
        offsets = try reader.integers(field, first: blocks)
        guard offsets.count == blocks else {
            throw TiffError(
                .damaged,
                "tag \(field.tag.rawValue) says where \(offsets.count) strips or tiles lie, and the image has \(blocks); "
                    + "the file is damaged: write or copy it again", path: path)
        }
        let counts = directory[.tileByteCounts] ?? directory[.stripByteCounts]
        byteCounts = try counts.map { try reader.integers($0, first: blocks) } ?? []
        // One block of no bytes at a real place is a writer's mistake; many are a sparse image.
        if blocks == 1 && byteCounts == [0] { byteCounts = [] }
        if byteCounts.count < blocks { estimateByteCounts(layout, fileSize: reader.file.size) }
    }

    /// Makes up missing byte counts: exact where nothing is compressed, else up to the next block or the file's end.
    private mutating func estimateByteCounts(_ layout: PageLayout, fileSize: Int) {
        let starts = offsets.sorted()
        for index in byteCounts.count..<offsets.count {
            let start = offsets[index]
            var bytes = 0
            if start > 0 && layout.compression == .none {
                bytes = Self.storedBytes(layout, block: index) ?? 0
            } else if start > 0 {
                var low = 0, high = starts.count
                while low < high {
                    let middle = (low + high) / 2
                    if starts[middle] <= start { low = middle + 1 } else { high = middle }
                }
                bytes = max(0, (low < starts.count ? starts[low] : fileSize) - start)
            }
            byteCounts.append(bytes)
        }
    }

    /// Bytes of a block that is not compressed; nil where that is beyond 63 bits.
    static func storedBytes(_ layout: PageLayout, block: Int) -> Int? {
        let grid = layout.grid
        let rows = grid.storedRows(block / grid.across % grid.down)
        return Product.of([rows, layout.blockWidth, layout.samplesPerBlock, layout.bits / 8])
    }

    /// Whether the blocks are stored as they are and follow one another without a gap.
    func isContiguous(_ layout: PageLayout) -> Bool {
        guard layout.compression == .none, layout.predictor == 1, !layout.isBitReversed, let first = offsets.first,
            first > 0
        else { return false }
        if layout.isTiled && offsets.count > 1 { return false }
        var expected = first
        for index in offsets.indices {
            guard offsets[index] == expected, let bytes = Self.storedBytes(layout, block: index),
                byteCounts[index] == bytes
            else { return false }
            let (next, overflow) = expected.addingReportingOverflow(bytes)
            if overflow { return false }
            expected = next
        }
        return true
    }
}
