import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("Memory")
struct MemoryTests {
    /// A page of one block with `stored` bytes at a real place, or at none.
    private func page(
        width: Int, height: Int, bits: Int = 8, compression: Int, tile: (Int, Int)? = nil, stored: Int = 40,
        isSparse: Bool = false
    ) -> TiffBuilder {
        var builder = TiffBuilder()
        let data = builder.add([UInt8](repeating: 0, count: stored))
        let offset = isSparse ? 0 : data, count = isSparse ? 0 : stored
        var tags: [TiffBuilder.Entry] = [
            .long(256, width), .long(257, height), .short(258, bits), .short(259, compression), .short(262, 1),
            .short(277, 1),
        ]
        if let tile {
            tags += [.long(322, tile.0), .long(323, tile.1), .long(324, offset), .long(325, count)]
        } else {
            tags += [.long(273, offset), .long(278, height), .long(279, count)]
        }
        builder.setFirst(builder.add(tags.sorted { $0.tag < $1.tag }))
        return builder
    }

    @Test("a short file cannot claim large blocks", arguments: [1, 5, 8, 32773, 32946])
    func shortFile(compression: Int) throws {
        let claim = page(width: 32_000, height: 32_000, compression: compression)
        try claim.withFile { path in
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
            #expect(error?.code == .damaged && error?.message.contains("is too short for one of them") == true)
        }
    }

    @Test("blocks beyond the limit are refused before anybody plans for them", arguments: [5, 7, 8, 34925, 50000])
    func largeBlocks(compression: Int) throws {
        let largeTile = page(
            width: 1, height: 1, bits: 64, compression: compression, tile: (.init(Int32.max), .init(Int32.max)))
        try largeTile.withFile { path in
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
            #expect(error?.code == .limitExceeded && error?.message.contains("1024 MiB") == true)
        }
    }

    @Test("a block of any size is read in bands", arguments: [34925, 50000])
    func bands(compression: Int) throws {
        try page(width: 200_000, height: 200_000, compression: compression).withFile { path in
            let image = try TiffDocument.open(path: path).series[0]
            #expect(image.naturalReadShape(level: 0) == [4, 200_000] && image.maximumReaders == 1)
            #expect(image.readerBytes(level: 0) < 4 << 20)
            // Forty zeros are no stream of either.
            let error = #expect(throws: TiffError.self) { try image.read(Region(origin: [0, 0], shape: [1, 1])) }
            #expect(error?.code == .damaged)
        }
    }

    @Test("an image of which nothing was written may claim anything and is zeros", arguments: [1, 8, 50000])
    func sparse(compression: Int) throws {
        let builder = page(
            width: 100_000, height: 100_000, compression: compression, tile: (100_000, 100_000), isSparse: true)
        try builder.withFile { path in
            let image = try TiffDocument.open(path: path).series[0]
            #expect(try image.read(Region(origin: [99_998, 99_999], shape: [2, 1])).bytes == [0, 0])
        }
    }

    @Test("a tile larger than its image counts whole, and is checked against the limit first")
    func largeTile() throws {
        try page(width: 1, height: 1, compression: 50000, tile: (4096, 4096)).withFile { path in
            let image = try TiffDocument.open(path: path).series[0]
            #expect(image.naturalReadShape(level: 0) == [1, 1])
            // The tile, a window of Zstandard as large and forty bytes, beside what is fixed.
            let bytes = image.readerBytes(level: 0) - 2 * 4096 * 4096 - 40
            #expect((0...1 << 20).contains(bytes))
            var limits = TiffLimits()
            limits.blockBytes = 4096 * 4096 - 1
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path, limits: limits) }
            #expect(error?.code == .limitExceeded)
        }
    }

    /// The beginning of a progressive JPEG: SOI, SOF2 of grey pixels, SOS of the first scan; nothing follows.
    private static func progressiveHeader(width: Int, height: Int) -> [UInt8] {
        let size = [height, width].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        return [0xFF, 0xD8, 0xFF, 0xC2, 0, 11, 8] + size + [1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]
    }

    @Test("a progressive JPEG far larger than its block is refused before it takes memory", arguments: [false, true])
    func progressive(isStreamed: Bool) throws {
        var builder = page(width: 32, height: 32, compression: 7)
        builder.replace(8, Self.progressiveHeader(width: 32, height: 65_500))
        try builder.withFile { path in
            let limits = isStreamed ? StreamTests.streamed : .standard
            let image = try TiffDocument.open(path: path, limits: limits).series[0]
            let error = #expect(throws: TiffError.self) { try image.read(Region(wholeOf: [32, 32])) }
            #expect(error?.message.contains("it is an image of 32 x 65500") == true, "\(error?.message ?? "")")
        }
    }

    @Test("a progressive JPEG counts as kept whole, and is refused where it is too large for that")
    func progressiveStrip() throws {
        var builder = page(width: 20_000, height: 10_000, compression: 7)
        builder.replace(8, Self.progressiveHeader(width: 20_000, height: 10_000))
        try builder.withFile { path in
            let bytes = try TiffDocument.open(path: path).series[0].readerBytes(level: 0)
            #expect((2 * 200_000_000...2 * 200_000_000 + 8 << 20).contains(bytes))
        }
        builder = page(width: 65_500, height: 65_500, compression: 7)
        builder.replace(8, Self.progressiveHeader(width: 65_500, height: 65_500))
        try builder.withFile { path in
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
            #expect(error?.code == .limitExceeded && error?.path == path)
            #expect(error?.message.contains("as baseline JPEG") == true, "\(error?.message ?? "")")
        }
    }

    @Test("a strip of baseline JPEG of any size takes some rows")
    func baselineStrip() throws {
        var builder = page(width: 65_500, height: 65_500, compression: 7)
        var header = Self.progressiveHeader(width: 65_500, height: 65_500)
        header[3] = 0xC0
        builder.replace(8, header)
        try builder.withFile { path in
            let image = try TiffDocument.open(path: path).series[0]
            #expect(image.maximumReaders == 1 && image.readerBytes(level: 0) < 8 << 20)
        }
    }

    @Test("a reader of rows that lie in the file as they are takes little, however long the strip")
    func stored() throws {
        let bytes = try page(width: 1000, height: 1000, compression: 1, stored: 1_000_000).withFile { path in
            try TiffDocument.open(path: path).series[0].readerBytes(level: 0)
        }
        #expect(bytes < 2 << 20)
    }

    @Test(
        "the bytes a reader of any file takes are finite and cover a stored block", .enabled(if: SharedFiles.areThere))
    func corpus() throws {
        for row in try SharedFiles.table("corpus/INDEX.tsv") where CorpusTests.reasonOutOfScope(row) == nil {
            let image = try TiffDocument.open(path: SharedFiles.folder + "/corpus/" + (row["file"] ?? "")).series[0]
            for level in image.description.levels.indices {
                let bytes = image.readerBytes(level: level)
                let block = image.naturalReadShape(level: level).reduce(image.description.type.size, *)
                #expect(
                    bytes < 4 << 30 && (image.storage.compression == "none" || bytes > block), "\(row["file"] ?? "")")
            }
        }
    }
}
