/// Cuts a stream of pixels into the strips of pages that all have one format.
///
/// Takes pixels `[page, y, x, sample]` in C order in pieces of any size; begins and ends pages by itself.
public final class TiffPageStream {
    private let writer: TiffWriter
    private let format: TiffPageFormat
    private let encoder: TiffBlockEncoder
    private var description: String?
    private let strip: UnsafeMutableRawBufferPointer
    private let rowBytes: Int
    private var filled = 0
    private var row = 0

    /// A stream into a writer.
    ///
    /// - Parameters:
    ///   - format: in strips.
    ///   - description: text for the first page.
    public init(_ writer: TiffWriter, _ format: TiffPageFormat, description: String?) throws {
        self.writer = writer
        self.format = format
        self.description = description
        encoder = try TiffBlockEncoder(format)
        rowBytes = format.width * format.pixelBytes
        strip = .allocate(byteCount: rowBytes * format.fullBlockHeight, alignment: 64)
    }

    deinit { strip.deallocate() }

    /// Adds pixels where the last call left off.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    public func append(_ pixels: UnsafeRawBufferPointer) throws {
        var rest = pixels
        while !rest.isEmpty {
            if row == 0 && filled == 0 {
                writer.beginPage(format, description: description)
                description = nil
            }
            let rows = format.blockHeight(row: row / format.fullBlockHeight), wanted = rows * rowBytes
            let count = min(wanted - filled, rest.count)
            UnsafeMutableRawBufferPointer(rebasing: strip[filled..<filled + count]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if filled == wanted { try emit(rows) }
        }
    }

    private func emit(_ rows: Int) throws {
        let block = UnsafeRawBufferPointer(rebasing: strip[..<filled])
        try writer.append(encoder.encode(block, rows: rows))
        filled = 0
        row += rows
        guard row == format.height else { return }
        try writer.endPage()
        row = 0
    }
}
