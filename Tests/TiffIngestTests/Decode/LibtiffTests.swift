import Testing
import TiffIngest
import Zarr

@Suite("Compared with libtiff", .enabled(if: SharedFiles.areThere))
struct LibtiffTests {
    /// Compressions both decode to the same pixels; JPEG differs in colour space by design.
    static let compressions: Set = [
        "5:LZW", "8:ADOBE_DEFLATE", "32773:PACKBITS", "32946:DEFLATE", "34925:LZMA", "50000:ZSTD", "50001:WEBP",
    ]

    @Test("every compressed block of the first page has the same pixels")
    func blocks() throws {
        var blocks = 0, files = 0
        for row in try SharedFiles.table("corpus/INDEX.tsv") {
            guard let name = row["file"], Self.compressions.contains(row["compression"] ?? ""),
                row["libtiff_eq_tifffile_ifd0"] == "Y", CorpusTests.reasonOutOfScope(row) == nil
            else { continue }
            let file = try TiffFile(path: SharedFiles.folder + "/corpus/" + name)
            let header = try TiffHeader(of: file)
            let page = try Page(
                DirectoryReader(file, header: header, limits: .standard), at: header.firstDirectory)
            blocks += try compare(page, file)
            files += 1
        }
        print("libtiff: \(blocks) blocks of \(files) files are equal")
        #expect(files > 120)
    }

    /// Compares what lies inside the image of every block; returns how many there are.
    private func compare(_ page: Page, _ file: TiffFile) throws -> Int {
        let layout = page.layout, grid = layout.grid
        let pixelBytes = layout.samplesPerBlock * (layout.bits / 8), rowBytes = layout.blockWidth * pixelBytes
        let ours = PlaneReader(limits: .standard), libtiff = LibtiffDecoder()
        for plane in 0..<grid.planes {
            for row in 0..<grid.down {
                for column in 0..<grid.across {
                    let block = grid.index(plane: plane, row: row, column: column)
                    var theirs = [UInt8](repeating: 0, count: grid.storedRows(row) * rowBytes)
                    try theirs.withUnsafeMutableBytes { try libtiff.decode(file.path, page, block: block, into: $0) }
                    let rows = row * grid.blockHeight..<min(grid.height, (row + 1) * grid.blockHeight)
                    let columns = column * grid.blockWidth..<min(grid.width, (column + 1) * grid.blockWidth)
                    var found = [UInt8](repeating: 1, count: rows.count * rowBytes)
                    try found.withUnsafeMutableBytes { raw in
                        guard let base = raw.baseAddress else { return }
                        try ours.read(
                            page, file, samples: layout.isPlanar ? plane..<plane + 1 : 0..<layout.samples, rows: rows,
                            columns: columns,
                            into: PlaneTarget(
                                base: base, sampleStride: layout.bits / 8, rowStride: rowBytes, columnStride: pixelBytes
                            ))
                    }
                    let isEqual = rows.indices.allSatisfy { line in
                        let start = (line - rows.lowerBound) * rowBytes
                        let end = start + columns.count * pixelBytes
                        return found[start..<end] == theirs[start..<end]
                    }
                    #expect(isEqual, "block \(block) of \(file.path)")
                }
            }
        }
        return grid.count ?? 0
    }
}
