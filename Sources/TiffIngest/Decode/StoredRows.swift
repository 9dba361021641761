/// Rows of a block that is stored as it is: any part of any row can be read without the rest.
///
/// The idea: as few system calls as possible, and straight into place where samples lie there as they do in the file.
/// A call costs about as much as copying 16 KiB, so shorter pieces of rows are read with their neighbours, unless most
/// of each row would be read for nothing.
struct StoredRows {
    private let file: TiffFile
    /// Where the first wanted row begins in the file.
    private let start: Int
    private let rowBytes: Int
    /// Bytes of each row before the wanted columns, and bytes of these.
    private let skipped, run: Int
    private let rows, columns: Int
    private let size, pixelBytes: Int
    private let needsSwap: Bool

    /// Bytes read at once through scratch memory: large enough for the disk, small enough for the cache.
    static let bandBytes = 1 << 20

    /// - Throws: ``TiffError`` with code `.damaged` where the rows leave the block or the file.
    init(
        _ layout: PageLayout, needsSwap: Bool, offset: Int, byteCount: Int, rows: Range<Int>, columns: Range<Int>,
        file: TiffFile
    ) throws {
        size = layout.bits / 8
        pixelBytes = layout.samplesPerBlock * size
        guard let rowBytes = Product.of([layout.blockWidth, pixelBytes]),
            let reach = Product.of([rowBytes, rows.upperBound]), reach <= byteCount, offset <= file.size,
            reach <= file.size - offset
        else {
            throw TiffError(
                .damaged,
                "its rows reach past its \(byteCount) bytes at byte \(offset), or past the file of \(file.size) bytes; "
                    + "the file may be incomplete: copy it again")
        }
        self.file = file
        self.rowBytes = rowBytes
        self.needsSwap = needsSwap
        start = offset + rows.lowerBound * rowBytes
        skipped = columns.lowerBound * pixelBytes
        run = columns.count * pixelBytes
        self.rows = rows.count
        self.columns = columns.count
    }

    /// Whether a quarter of each row is wanted, so that reading all of it is cheaper than a call for each piece.
    private var areWorthReadingWhole: Bool { run * 4 >= rowBytes }

    /// Whether a call for each row is the cheapest.
    var areBestReadAlone: Bool { !areWorthReadingWhole || run >= 16_384 }

    /// Whether the pixels of a row lie in the target as they do in the file.
    func isPacked(in target: PlaneTarget) -> Bool { pixelBytes == size && target.columnStride == size }

    /// Whether rows are wanted whole and follow one another in the target as they do in the file.
    func areWhole(in target: PlaneTarget) -> Bool { run == rowBytes && target.rowStride == rowBytes }

    /// Reads straight into a target in which rows are packed.
    func read(into target: PlaneTarget) throws {
        if areWhole(in: target) {
            try file.read(rows * rowBytes, at: start, into: target.base)
            if needsSwap { ByteSwap.run(target.base, count: rows * rowBytes, size: size) }
            return
        }
        for row in 0..<rows {
            try file.read(run, at: start + row * rowBytes + skipped, into: target.base + row * target.rowStride)
        }
        if needsSwap { target.swapRows(rows, columns: columns, size: size) }
    }

    /// Reads bands of rows into scratch memory and puts their samples in place.
    func read(samples: Range<Int>, into target: PlaneTarget, through scratch: Scratch) throws {
        let stored = areWorthReadingWhole ? rowBytes : run
        let band = max(1, Self.bandBytes / stored)
        for first in stride(from: 0, to: rows, by: band) {
            let count = min(band, rows - first)
            guard let base = scratch.bytes(count * stored).baseAddress else { return }
            if areWorthReadingWhole {
                try file.read(count * rowBytes, at: start + first * rowBytes, into: base)
            } else {
                for row in 0..<count {
                    try file.read(run, at: start + (first + row) * rowBytes + skipped, into: base + row * run)
                }
            }
            if needsSwap { ByteSwap.run(base, count: count * stored, size: size) }
            let source = BlockPixels(
                base: base + (areWorthReadingWhole ? skipped : 0), rowStride: stored, pixelStride: pixelBytes,
                size: size)
            target.from(row: first, column: 0).copy(from: source, samples: samples, rows: count, columns: columns)
        }
    }
}
