import CTIFF
import OMEZarr
import Testing
import TiffIngest
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("TiffWriter")
struct TiffWriterTests {
    /// Every type that a TIFF may hold, strips and tiles, packed and not, grey and RGB: read back by two readers.
    static let formats: [TiffPageFormat] = {
        let types = PixelType.allCases.filter { $0 != .bool }
        let blocks: [TiffPageFormat.Blocks] = [.strips(rows: 1), .strips(rows: 7), .tiles(width: 16, height: 32)]
        return types.flatMap { type in
            blocks.flatMap { blocks in
                [TiffPageFormat.Compression.none, .deflate(level: 6), .zstd(level: 3), .lzw].flatMap { compression in
                    [1, 3].compactMap { samples in
                        try? TiffPageFormat(
                            width: 37, height: 41, samplesPerPixel: samples, type: type, blocks: blocks,
                            compression: compression, pixelSize: .init(x: 0.325, y: 0.5))
                    }
                }
            }
        }
    }()

    @Test("whatever the type, the blocks and the compression, libtiff reads the pixels back", arguments: formats)
    func libtiffReadsBack(format: TiffPageFormat) throws {
        let pages = [Self.pixels(format, seed: 1), Self.pixels(format, seed: 2)]
        try Self.withFile(format, pages) { path in
            let file = try #require(TIFFOpen(path, "r"))
            defer { TIFFClose(file) }
            #expect(TIFFNumberOfDirectories(file) == 2)
            for (index, page) in pages.enumerated() {
                #expect(TIFFSetDirectory(file, tdir_t(index)) == 1)
                #expect(Self.readPage(file, format) == page)
            }
        }
    }

    @Test("our own reader reads the same pixels", arguments: formats)
    func ownReaderReadsBack(format: TiffPageFormat) throws {
        let pixels = Self.pixels(format, seed: 3)
        try Self.withFile(format, [pixels]) { path in
            let image = try #require(TiffDocument.open(path: path).series.first)
            #expect(image.description.type == format.type)
            let region = Region(wholeOf: image.description.shape)
            var read = try image.read(region).bytes
            if format.samplesPerPixel == 3 { read = Self.interleaved(read, format) }
            #expect(read == pixels)
        }
    }

    @Test("an announced size beyond 4 GiB makes a BigTIFF, which reads back the same")
    func bigTIFF() throws {
        let format = try TiffPageFormat(width: 50, height: 20, type: .uint16, blocks: .strips(rows: 6))
        let pixels = Self.pixels(format, seed: 4)
        try Self.withFile(format, [pixels, pixels], largestSize: 5 << 30) { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.isBigTIFF)
            #expect(document.directoryCount == 2)
            let file = try #require(TIFFOpen(path, "r"))
            defer { TIFFClose(file) }
            #expect(TIFFSetDirectory(file, 1) == 1)
            #expect(Self.readPage(file, format) == pixels)
        }
    }

    @Test("a stream cuts pixels into pages and strips, however they are handed over", arguments: [1, 7, 100, 5000])
    func stream(piece: Int) throws {
        let format = try TiffPageFormat(
            width: 33, height: 10, type: .uint8, blocks: .strips(rows: 4), compression: .deflate(level: 1))
        let pages = (0..<3).map { Self.pixels(format, seed: UInt64($0)) }
        let all = pages.flatMap { $0 }
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let writer = try TiffWriter(path: path, largestSize: 10_000)
        let stream = try TiffPageStream(writer, format, description: "three pages")
        for start in stride(from: 0, to: all.count, by: piece) {
            try Array(all[start..<min(all.count, start + piece)]).withUnsafeBytes { try stream.append($0) }
        }
        try writer.finish()
        let file = try #require(TIFFOpen(path, "r"))
        defer { TIFFClose(file) }
        #expect(TIFFNumberOfDirectories(file) == 3)
        for (index, page) in pages.enumerated() {
            TIFFSetDirectory(file, tdir_t(index))
            #expect(Self.readPage(file, format) == page)
        }
    }

    @Test("a page without all of its blocks is refused")
    func missingBlocks() throws {
        let format = try TiffPageFormat(width: 8, height: 8, type: .uint8, blocks: .strips(rows: 4))
        let path = Self.temporaryPath()
        let writer = try TiffWriter(path: path, largestSize: 1000)
        writer.beginPage(format)
        try [UInt8](repeating: 1, count: 32).withUnsafeBytes { try writer.append($0) }
        #expect(throws: ZarrError.self) { try writer.endPage() }
        writer.abandon()
        #expect(access(path, F_OK) != 0)
    }

    @Test("an abandoned file leaves nothing behind, and an older file of the name stays")
    func abandoned() throws {
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let older = try TemporaryFile(replacing: path)
        try [UInt8]("older".utf8).withUnsafeBytes { try older.append($0) }
        try older.commit()
        let writer = try TiffWriter(path: path, largestSize: 1000)
        writer.abandon()
        #expect(access(path, F_OK) == 0)
        #expect(access("\(path).partial-\(getpid())", F_OK) != 0)
    }

    @Test(
        "impossible formats are refused",
        arguments: [(0, 5, 16), (5, 0, 16), (5, 5, 15), (5, 5, 0), (5, 5, 1 << 20), (1 << 32, 1, 16)])
    func impossible(width: Int, height: Int, tile: Int) {
        #expect(throws: ZarrError.self) {
            try TiffPageFormat(
                width: width, height: height, type: .uint8, blocks: .tiles(width: tile, height: tile))
        }
    }

    @Test("OME-XML is ASCII, escapes names and has no word for 64-bit integers")
    func xml() throws {
        let axes: [Axis] = [
            .c, .space("y", unit: "micrometer", spacing: 0.5), .space("x", unit: "micrometer", spacing: 0.5),
        ]
        var image = ImageDescription(
            name: "a<b>&\"µ\"\u{1}", axes: axes, shape: [2, 3, 4], type: .uint16,
            channels: [Channel(name: "one", color: .init(red: 255, green: 0, blue: 0)), Channel(name: "two")])
        let text = try OMEXMLWriter.document([image], pixels: .tiffPages, creator: "test")
        #expect(text.utf8.allSatisfy { $0 < 128 })
        #expect(text.contains(#"Name="a&lt;b&gt;&amp;&quot;&#181;&quot;&#65533;""#))
        #expect(text.contains(#"PhysicalSizeX="0.5" PhysicalSizeXUnit="&#181;m""#))
        #expect(text.contains(#"Color="-16776961""#))
        image.type = .uint64
        #expect(throws: OMEZarrError.self) { try OMEXMLWriter.document([image], pixels: .tiffPages) }
    }
}

extension TiffWriterTests {
    static func temporaryPath() -> String {
        (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
            + "/ome-zarr-tests-\(getpid())-\(UInt64.random(in: 0 ... .max)).tif"
    }

    /// Values of every bit pattern but NaN payloads: floats are made from small integers.
    static func pixels(_ format: TiffPageFormat, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let count = format.width * format.height * format.samplesPerPixel
        if format.type == .float32 { return bytes((0..<count).map { _ in Float(next() % 1000) / 8 }) }
        if format.type == .float64 { return bytes((0..<count).map { _ in Double(next() % 1000) / 8 }) }
        if format.type == .float16 { return bytes((0..<count).map { _ in UInt16(next() % 0x7c00) }) }
        return (0..<count * format.type.size).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    static func bytes<T: BitwiseCopyable>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

    /// Writes pages block by block and hands over the file's path.
    static func withFile(
        _ format: TiffPageFormat, _ pages: [[UInt8]], largestSize: Int = 1 << 20, _ body: (String) throws -> Void
    ) throws {
        let path = temporaryPath()
        defer { unlink(path) }
        let writer = try TiffWriter(path: path, largestSize: largestSize)
        let encoder = try TiffBlockEncoder(format)
        for page in pages {
            writer.beginPage(format)
            for row in 0..<format.blocksDown {
                for column in 0..<format.blocksAcross {
                    let block = cut(page, format, row, column)
                    try block.withUnsafeBytes {
                        try writer.append(encoder.encode($0, rows: format.blockHeight(row: row)))
                    }
                }
            }
            try writer.endPage()
        }
        let size = try writer.finish()
        var status = stat()
        #expect(stat(path, &status) == 0 && Int(status.st_size) == size && size <= largestSize)
        try body(path)
    }

    private static func cut(_ page: [UInt8], _ format: TiffPageFormat, _ row: Int, _ column: Int) -> [UInt8] {
        let width = format.blockWidth, height = format.blockHeight(row: row), pixel = format.pixelBytes
        var block = [UInt8](repeating: 0, count: width * height * pixel)
        for y in 0..<height where row * format.fullBlockHeight + y < format.height {
            for x in 0..<width where column * width + x < format.width {
                let from = ((row * format.fullBlockHeight + y) * format.width + column * width + x) * pixel
                block.replaceSubrange(
                    (y * width + x) * pixel..<(y * width + x + 1) * pixel, with: page[from..<from + pixel])
            }
        }
        return block
    }

    /// The current page as libtiff decodes it, `[y, x, sample]`.
    static func readPage(_ file: OpaquePointer, _ format: TiffPageFormat) -> [UInt8] {
        let pixel = format.pixelBytes
        var page = [UInt8](repeating: 0, count: format.width * format.height * pixel)
        for row in 0..<format.blocksDown {
            for column in 0..<format.blocksAcross {
                var block = [UInt8](repeating: 0, count: format.blockWidth * format.fullBlockHeight * pixel)
                let index = UInt32(row * format.blocksAcross + column)
                let count =
                    TIFFIsTiled(file) != 0
                    ? TIFFReadEncodedTile(file, index, &block, tmsize_t(block.count))
                    : TIFFReadEncodedStrip(file, index, &block, tmsize_t(block.count))
                guard count >= 0 else { return [] }
                for y in 0..<format.blockHeight(row: row) where row * format.fullBlockHeight + y < format.height {
                    for x in 0..<format.blockWidth where column * format.blockWidth + x < format.width {
                        let from = (y * format.blockWidth + x) * pixel
                        let to =
                            ((row * format.fullBlockHeight + y) * format.width + column * format.blockWidth + x) * pixel
                        page.replaceSubrange(to..<to + pixel, with: block[from..<from + pixel])
                    }
                }
            }
        }
        return page
    }

    static func interleaved(_ planes: [UInt8], _ format: TiffPageFormat) -> [UInt8] {
        let size = format.type.size, plane = format.width * format.height
        var result = [UInt8]()
        for pixel in 0..<plane {
            for sample in 0..<format.samplesPerPixel {
                let start: Int = (sample * plane + pixel) * size
                result.append(contentsOf: planes[start..<(start + size)])
            }
        }
        return result
    }
}
