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

@Suite("Levels of TIFF pages, and what is decided before writing")
struct TiffLevelsTests {
    private static let xml = """
        <OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0" \
        DimensionOrder="XYZCT" Type="uint8" SizeX="64" SizeY="48" SizeZ="3" SizeC="1" SizeT="1"><Channel ID="Channel:0:0"/>\
        <TiffData IFD="0" PlaneCount="3"/></Pixels></Image></OME>
        """

    // One offset of a level stands in its entry, more stand behind the directory.
    @Test("levels hang below their page, one or many, classic or BigTIFF", arguments: [1, 2, 4], [false, true])
    func levels(count: Int, isBig: Bool) throws {
        let formats = try (0...count).map {
            try TiffPageFormat(
                width: 64 >> $0, height: 48 >> $0, type: .uint8, blocks: .tiles(width: 16, height: 16),
                compression: .deflate(level: 1))
        }
        let path = TiffWriterTests.temporaryPath()
        defer { unlink(path) }
        let writer = try TiffWriter(path: path, largestSize: isBig ? .max : 1 << 20, software: "test")
        for page in 0..<3 {
            for (level, format) in formats.enumerated() {
                writer.beginPage(
                    format, description: page == 0 && level == 0 ? Self.xml : nil, levels: level == 0 ? count : 0)
                let encoder = try TiffBlockEncoder(format)
                let block = [UInt8](repeating: UInt8(10 * page + level), count: 256)
                for _ in 0..<format.blocksAcross * format.blocksDown {
                    try block.withUnsafeBytes { try writer.append(encoder.encode($0, rows: 16)) }
                }
                try writer.endPage()
            }
        }
        try writer.finish()

        let document = try TiffDocument.open(path: path)
        #expect(document.isBigTIFF == isBig)
        #expect(document.directoryCount == 3)
        let image = try #require(document.series.first)
        #expect(image.description.levels.map(\.shape) == (0...count).map { [3, 48 >> $0, 64 >> $0] })
        for level in 0...count {
            let pixels = try image.read(Region(wholeOf: image.description.levels[level].shape), level: level)
            let plane = (48 >> level) * (64 >> level)
            #expect(pixels.bytes == (0..<3).flatMap { [UInt8](repeating: UInt8(10 * $0 + level), count: plane) })
        }
        let file = try #require(TIFFOpen(path, "r"))
        defer { TIFFClose(file) }
        #expect(TIFFNumberOfDirectories(file) == 3)
    }

    @Test("a page whose levels are missing, and a level with levels, are refused")
    func missingLevels() throws {
        let format = try TiffPageFormat(width: 16, height: 16, type: .uint8, blocks: .tiles(width: 16, height: 16))
        let path = TiffWriterTests.temporaryPath()
        let writer = try TiffWriter(path: path, largestSize: 1 << 20)
        let block = [UInt8](repeating: 1, count: 256)
        for levels in [2, 1] {
            writer.beginPage(format, levels: levels)
            try block.withUnsafeBytes { try writer.append($0) }
            if levels == 2 { try writer.endPage() } else { #expect(throws: ZarrError.self) { try writer.endPage() } }
        }
        writer.abandon()
        #expect(access(path, F_OK) != 0)
    }

    @Test("the bound on a page is that of its blocks, and saturates")
    func bounds() throws {
        func size(_ side: Int, _ compression: TiffPageFormat.Compression, _ type: PixelType = .uint16) throws -> Int {
            try TiffPageFormat(
                width: side, height: side, type: type, blocks: .tiles(width: 512, height: 512),
                compression: compression
            ).largestSize
        }
        // 40960 x 40960 x 16 bits are 3.36 GB: 6400 tiles of 512 KiB.
        let pixels = 6400 << 19
        #expect(try size(40_960, .none) == pixels + 6400 * 17 + 4096)
        #expect(try size(40_960, .lzw) > pixels / 2 * 3)
        #expect(try size(40_960, .deflate(level: 6)) < pixels / 100 * 101)
        #expect(try TiffWriter.needsBigTIFF(size(40_960, .none)) == false)
        #expect(try TiffWriter.needsBigTIFF(size(40_960, .lzw)))
        #expect(try TiffWriter.needsBigTIFF(size(46_000, .none)))
        #expect(try TiffWriter.needsBigTIFF(size(0x7fff_ffff, .none, .float64)))
        #expect(TiffWriter.needsBigTIFF(.max))
    }

    @Test("pixels of nothing but noise stay below the bound, whatever packs them")
    func noise() throws {
        for compression: TiffPageFormat.Compression in [
            .none, .deflate(level: 1), .deflate(level: 12), .zstd(level: -7), .zstd(level: 19), .lzw,
            .jpeg(quality: 100),
        ] {
            for (type, samples) in [(PixelType.uint8, 1), (.uint8, 3), (.uint16, 1), (.int32, 2)] {
                guard
                    let format = try? TiffPageFormat(
                        width: 200, height: 150, samplesPerPixel: samples, type: type,
                        blocks: .tiles(width: 208, height: 160), compression: compression)
                else { continue }
                let encoder = try TiffBlockEncoder(format)
                let full = try TiffPageFormat(
                    width: 208, height: 160, samplesPerPixel: samples, type: type, blocks: .strips(rows: 160))
                let count = try TiffWriterTests.pixels(full, seed: 9).withUnsafeBytes {
                    try encoder.encode($0, rows: 160).count
                }
                #expect(count <= compression.bound(format.blockBytes))
            }
        }
    }

    @Test("JPEG tiles are what libtiff reads, near the pixels they were", arguments: [1, 3], [50, 95])
    func jpeg(samples: Int, quality: Int) throws {
        let format = try TiffPageFormat(
            width: 100, height: 70, samplesPerPixel: samples, type: .uint8, blocks: .tiles(width: 32, height: 48),
            compression: .jpeg(quality: quality))
        // A slope in every sample: what a photograph is made of.
        let pixels = (0..<70).flatMap { y in
            (0..<100).flatMap { x in (0..<samples).map { UInt8(y + x + 20 * $0) } }
        }
        try TiffWriterTests.withFile(format, [pixels]) { path in
            let image = try #require(TiffDocument.open(path: path).series.first)
            var own = try image.read(Region(wholeOf: image.description.shape)).bytes
            if samples == 3 { own = TiffWriterTests.interleaved(own, format) }
            let largest = zip(own, pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
            #expect(largest <= (quality == 95 ? 10 : 40))
            // libtiff hands out YCbCr as it is stored, so grey is what it can be asked for.
            guard samples == 1 else { return }
            let file = try #require(TIFFOpen(path, "r"))
            defer { TIFFClose(file) }
            #expect(TiffWriterTests.readPage(file, format) == own)
        }
    }

    @Test("JPEG of what it cannot hold is refused")
    func jpegRefused() {
        for (type, samples, blocks) in [
            (PixelType.uint16, 1, TiffPageFormat.Blocks.tiles(width: 16, height: 16)),
            (.int8, 1, .tiles(width: 16, height: 16)), (.uint8, 2, .tiles(width: 16, height: 16)),
            (.uint8, 1, .strips(rows: 7)), (.uint8, 1, .tiles(width: 65_504, height: 16)),
        ] {
            #expect(throws: ZarrError.self) {
                try TiffPageFormat(
                    width: 30, height: 30, samplesPerPixel: samples, type: type, blocks: blocks,
                    compression: .jpeg(quality: 90))
            }
        }
    }
}
