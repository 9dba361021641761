import OMEZarr
import Testing
@preconcurrency import TiffIngest
import Zarr

@Suite("Directories")
struct DirectoryTests {
    private func open(_ builder: TiffBuilder) throws -> TiffDocument {
        try builder.withFile { try TiffDocument.open(path: $0) }
    }

    private func code(_ builder: TiffBuilder) -> TiffError.Code? {
        do {
            _ = try open(builder)
            return nil
        } catch let error as TiffError {
            return error.code
        } catch {
            return nil
        }
    }

    @Test("every variant of the format gives the same pixels", arguments: [false, true], [false, true])
    func variants(isBig: Bool, isBigEndian: Bool) throws {
        for bits in [8, 16, 32, 64] {
            var builder = TiffBuilder(isBig: isBig, isBigEndian: isBigEndian)
            let values = (0..<15).map { UInt64($0 * 17 + 3) }
            let data = builder.add(values.flatMap { builder.number($0, bits / 8) })
            let tags = TiffBuilder.grey(width: 5, height: 3, bits: bits, offset: data)
            builder.setFirst(builder.add(tags))
            let pixels = try builder.withFile { path in
                let document = try TiffDocument.open(path: path)
                #expect(document.isBigTIFF == isBig && document.isBigEndian == isBigEndian)
                return try document.series[0].read(Region(wholeOf: [3, 5]))
            }
            #expect(pixels.bytes == littleEndian(values, size: bits / 8))
        }
    }

    @Test(
        "what is no TIFF is called so",
        arguments: [
            [], [0x49], [0x49, 0x49, 0x2A], [0x50, 0x4B, 3, 4, 1, 1, 1, 1, 1], [0x49, 0x4D, 42, 0, 8, 0, 0, 0],
        ] as [[UInt8]])
    func notTIFF(bytes: [UInt8]) throws {
        try TemporaryFolder.with { folder in
            try TemporaryFolder.write(bytes, folder + "/a.tif")
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: folder + "/a.tif") }
            #expect(error?.code == .notTIFF)
            #expect(error?.path == folder + "/a.tif")
        }
    }

    @Test("a missing file and a folder are failures of the machine with their errno")
    func missing() throws {
        let missing = #expect(throws: TiffError.self) { try TiffDocument.open(path: "/nowhere/at/all.tif") }
        #expect(missing?.code == .ioFailure && missing?.errno == 2)
        let folder = #expect(throws: TiffError.self) { try TiffDocument.open(path: "/tmp") }
        #expect(folder?.code == .ioFailure)
    }

    @Test("a directory that is its own successor ends the chain", arguments: [false, true])
    func selfLoop(isBig: Bool) throws {
        var builder = TiffBuilder(isBig: isBig)
        let data = builder.add([1, 2, 3, 4])
        let tags = TiffBuilder.grey(width: 2, height: 2, offset: data)
        let first = builder.add(tags)
        builder.setFirst(first)
        builder.link(first, entries: tags.count, to: first)
        let document = try open(builder)
        #expect(document.directoryCount == 1)
        #expect(document.warnings.contains { $0.contains("returns to byte") })
    }

    @Test("a chain that returns to its first directory ends there")
    func longLoop() throws {
        var builder = TiffBuilder()
        let tags = TiffBuilder.grey(width: 2, height: 2, offset: builder.add([1, 2, 3, 4]))
        let pages = (0..<5).map { _ in builder.add(tags) }
        builder.setFirst(pages[0])
        for index in pages.indices { builder.link(pages[index], entries: tags.count, to: pages[(index + 1) % 5]) }
        let document = try open(builder)
        #expect(document.directoryCount == 5)
        #expect(document.series[0].description.shape == [5, 2, 2])
    }

    @Test("a SubIFD that is the page itself is no level")
    func subIFDLoop() throws {
        var builder = TiffBuilder()
        let data = builder.add([1, 2, 3, 4])
        let tags = TiffBuilder.grey(width: 2, height: 2, offset: data, extra: [.long(330, 0)])
        let first = builder.add(tags)
        builder.setFirst(first)
        let index = try #require(tags.firstIndex { $0.tag == 330 })
        builder.replace(first + 2 + 12 * index + 8, builder.number(UInt64(first), 4))
        #expect(try open(builder).series[0].description.levels.count == 1)
    }

    @Test("SubIFDs of half the size are levels of plain pages, and keep half a pixel's shift")
    func subIFDLevels() throws {
        var builder = TiffBuilder()
        let small = builder.add(TiffBuilder.grey(width: 3, height: 2, offset: builder.add([9, 8, 7, 6, 5, 4])))
        let data = builder.add([UInt8](0..<20))
        let first = builder.add(TiffBuilder.grey(width: 5, height: 4, offset: data, extra: [.long(330, small)]))
        builder.setFirst(first)
        try builder.withFile { path in
            let image = try TiffDocument.open(path: path).series[0]
            #expect(image.description.levels.map(\.shape) == [[4, 5], [2, 3]])
            #expect(image.description.levels[1].scale == [2, 2])
            #expect(image.description.levels[1].translation == [0.5, 0.5])
            let level = try image.read(Region(wholeOf: [2, 3]), level: 1)
            #expect(level.bytes == [9, 8, 7, 6, 5, 4])
        }
    }

    @Test("counts and offsets beyond the file are errors, not memory")
    func hostileNumbers() throws {
        for claimed in [UInt64(1) << 20, UInt64(UInt32.max)] {
            var builder = TiffBuilder()
            var tags = TiffBuilder.grey(width: 2, height: 2, offset: 8)
            for index in tags.indices where tags[index].tag == 273 { tags[index].claimedCount = claimed }
            builder.setFirst(builder.add(tags))
            try builder.withFile { path in
                let image = try TiffDocument.open(path: path).series[0]
                let error = #expect(throws: TiffError.self) { try image.read(Region(wholeOf: [2, 2])) }
                #expect(error?.code == .damaged)
            }
        }
        for offset in [0, 7, 1 << 30, Int(UInt32.max)] {
            var builder = TiffBuilder()
            builder.setFirst(offset)
            #expect(code(builder) == .damaged)
        }
        for offset in [UInt64.max, UInt64(Int.max), UInt64(Int.max) - 3, 1 << 62] {
            var builder = TiffBuilder(isBig: true)
            let data = builder.add([1, 2, 3, 4])
            let tags = TiffBuilder.grey(width: 2, height: 2, offset: data)
            let first = builder.add(tags)
            builder.setFirst(first)
            builder.replace(first + 8 + 20 * tags.count, builder.number(offset, 8))
            let document = try open(builder)
            #expect(document.directoryCount == 1 && document.warnings.count == 1)
        }
    }

    @Test("sizes of zero, of 2^32 and missing ones are errors that name the tag")
    func sizes() throws {
        for (tag, value) in [(256, 0), (257, 0), (256, 1 << 31), (257, -1)] {
            var builder = TiffBuilder()
            var tags = TiffBuilder.grey(width: 2, height: 2, offset: 8).filter { $0.tag != UInt16(tag) }
            if value >= 0 { tags.append(.long(UInt16(tag), value)) }
            builder.setFirst(builder.add(tags))
            let error = #expect(throws: TiffError.self) { try open(builder) }
            #expect(error?.code == .damaged && error?.message.contains("\(tag)") == true)
        }
    }

    @Test("directories that overlap end before they cost more than the file is large")
    func overlap() throws {
        var builder = TiffBuilder()
        // Each word can be taken for a directory of 18 761 entries whose successor lies four bytes further on.
        builder.bytesFill(200_000)
        builder.setFirst(8)
        let document = try? open(builder)
        #expect(document == nil || document?.warnings.isEmpty == false)
    }

    @Test("an unsupported depth of bits is named with its tag")
    func unsupportedBits() throws {
        var builder = TiffBuilder()
        builder.setFirst(builder.add(TiffBuilder.grey(width: 8, height: 2, bits: 12, offset: 8)))
        let error = #expect(throws: TiffError.self) { try open(builder) }
        #expect(error?.code == .unsupported && error?.message.contains("258") == true)
    }

    @Test("a hundred thousand directories open in less than a second")
    func manyDirectories() throws {
        var builder = TiffBuilder()
        let tags = TiffBuilder.grey(width: 2, height: 2, offset: builder.add([1, 2, 3, 4]))
        let size = 2 + 12 * tags.count + 4
        let first = builder.add(tags)
        builder.setFirst(first)
        var page = first
        for _ in 1..<100_000 {
            let next = builder.add(tags)
            builder.link(page, entries: tags.count, to: next)
            page = next
        }
        #expect(page - first == (size + size % 2) * 99_999)
        try builder.withFile { path in
            var document: TiffDocument?
            let time = try CPUTime.measure { document = try TiffDocument.open(path: path) }
            #expect(document?.series[0].description.shape == [100_000, 2, 2])
            #expect(time < 1)
        }
    }

    @Test("byte counts that are missing are worked out")
    func missingByteCounts() throws {
        var builder = TiffBuilder()
        let data = builder.add([1, 2, 3, 4])
        builder.setFirst(builder.add(TiffBuilder.grey(width: 2, height: 2, offset: data).filter { $0.tag != 279 }))
        try builder.withFile { path in
            let pixels = try TiffDocument.open(path: path).series[0].read(Region(wholeOf: [2, 2]))
            #expect(pixels.bytes == [1, 2, 3, 4])
        }
    }

    @Test("a strip that was never written reads as zeros, or as what GDAL says is no data")
    func sparse() throws {
        for (extra, expected) in [
            ([TiffBuilder.Entry](), UInt8(0)), ([.text(42113, "7")], 7), ([.text(42113, "-9999")], 0),
        ] {
            var builder = TiffBuilder()
            var tags = TiffBuilder.grey(width: 2, height: 2, offset: 0, extra: extra)
            for index in tags.indices where tags[index].tag == 279 { tags[index].values = [0] }
            builder.setFirst(builder.add(tags))
            try builder.withFile {
                let pixels = try TiffDocument.open(path: $0).series[0].read(Region(wholeOf: [2, 2]))
                #expect(pixels.bytes == [expected, expected, expected, expected])
            }
        }
    }

    @Test(
        "a compressed block too small for what it claims is refused before memory is taken", arguments: [5, 8, 32773])
    func bombs(compression: UInt64) throws {
        var builder = TiffBuilder()
        // The file is long enough for such a block, which therefore is only refused when it is read.
        let data = builder.add([0x78, 0x9C, 1, 0] + [UInt8](repeating: 0, count: 200_000))
        var tags = TiffBuilder.grey(width: 3000, height: 3000, offset: data)
        for index in tags.indices where tags[index].tag == 259 { tags[index].values = [compression] }
        for index in tags.indices where tags[index].tag == 279 { tags[index].values = [4] }
        builder.setFirst(builder.add(tags))
        try builder.withFile { path in
            let image = try TiffDocument.open(path: path).series[0]
            let error = #expect(throws: TiffError.self) { try image.read(Region(origin: [0, 0], shape: [1, 1])) }
            #expect(error?.code == .damaged && error?.message.contains("too few for the 9000000") == true)
        }
    }
}

extension TiffBuilder {
    /// Fills the file with words of 0x4949, which read as counts, types and offsets alike.
    fileprivate mutating func bytesFill(_ count: Int) { _ = add([UInt8](repeating: 0x49, count: count)) }
}
