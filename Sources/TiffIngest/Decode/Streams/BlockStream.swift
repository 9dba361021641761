/// One block that is decoded band by band, front to back, and never held whole. Belongs to one worker.
///
/// Rows asked for in increasing order cost one pass over the block, whatever lies between the calls; going back costs
/// a new one.
final class BlockStream {
    private let page: Page
    private let file: TiffFile
    private let block: Int
    private var input: StoredInput
    private var decoder: any SequentialDecoder
    /// The row that is decoded next.
    private(set) var row = 0

    /// Decoded bytes that are handed on at once: they stay in the cache.
    static let bandBytes = 1 << 20

    init(_ page: Page, _ file: TiffFile, block: Int) throws {
        self.page = page
        self.file = file
        self.block = block
        input = Self.input(page, file, block)
        decoder = try page.sequentialDecoder(block: block)
    }

    /// Bytes held between two calls, as far as known.
    var stateBytes: Int { decoder.stateBytes + StoredInput.pieceBytes }

    /// Bytes held between two calls, as known after the first byte; the stream is of no further use.
    ///
    /// - Throws: ``TiffError`` where the block cannot even be begun.
    func probedBytes() throws -> Int {
        try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { _ = try decoder.decode(input, into: $0) }
        return stateBytes
    }

    /// Decodes rows of the block and hands them on in bands, final as ``Predictor`` leaves them.
    ///
    /// - Parameters:
    ///   - band: memory for one band; with ``scratch`` of the caller's.
    ///   - body: gets the band's first byte, its first row counted from `rows`, and its rows.
    /// - Throws: ``TiffError`` with code `.damaged` where the data end before the last row; not to be used any more.
    func read(
        _ rows: Range<Int>, through band: Scratch, _ scratch: Scratch,
        _ body: (UnsafeMutableRawPointer, _ first: Int, _ count: Int) -> Void
    ) throws {
        if rows.lowerBound < row { try restart() }
        let rowBytes = page.layout.blockRowBytes
        let bandRows = max(1, Self.bandBytes / rowBytes)
        while row < rows.upperBound {
            let isSkipped = row < rows.lowerBound
            let count = min(bandRows, (isSkipped ? rows.lowerBound : rows.upperBound) - row)
            let pixels = band.bytes(count * rowBytes)
            let got = try decoder.decode(input, into: pixels)
            guard got == pixels.count, let base = pixels.baseAddress else {
                throw TiffError(
                    .damaged,
                    "\(page.layout.compression.name) data hold \(row * rowBytes + got) bytes, and \(rows.upperBound) "
                        + "rows take \(rows.upperBound * rowBytes); the file may be incomplete: copy it again")
            }
            if !isSkipped {
                if !page.layout.compression.isImageCodec {
                    Predictor.undo(page.layout, pixels, rows: count, needsSwap: page.header.needsSwap, scratch)
                }
                body(base, row - rows.lowerBound, count)
            }
            row += count
        }
    }

    private func restart() throws {
        input = Self.input(page, file, block)
        decoder = try page.sequentialDecoder(block: block)
        row = 0
    }

    private static func input(_ page: Page, _ file: TiffFile, _ block: Int) -> StoredInput {
        let start = page.offsets[block]
        let (end, overflow) = start.addingReportingOverflow(page.byteCounts[block])
        return StoredInput(
            file, start..<(overflow ? .max : max(start, end)),
            isBitReversed: page.layout.isBitReversed && !page.layout.compression.isImageCodec)
    }
}
