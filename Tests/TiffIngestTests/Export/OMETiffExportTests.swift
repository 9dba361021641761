import OMEZarr
import Synchronization
import Testing
import TiffIngest
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("OMETiffExport")
struct OMETiffExportTests {
    /// Every set of axes a page can have around it, with levels, in chunks that fit tiles well and badly.
    struct Case: Sendable, CustomTestStringConvertible {
        var axes: String
        var natural: Int
        var testDescription: String { "\(axes) in \(natural)" }
    }

    static let cases = ["yx", "zyx", "cyx", "tyx", "czyx", "tczyx", "xy", "zctxy"].flatMap { axes in
        [1, 5, 16, 40, 1000].map { Case(axes: axes, natural: $0) }
    }

    static let extents: [Character: Int] = ["t": 2, "c": 3, "z": 5, "y": 75, "x": 50]

    static func image(
        _ axes: String, type: PixelType = .uint16, natural: Int = 16, levels: Int = 3, isRGB: Bool = false,
        fails: Bool = false, name: String? = "test"
    ) -> LevelledImage {
        let all = axes.map { name -> Axis in
            switch name {
            case "t": .t(unit: "second", spacing: 2)
            case "c": .c
            default: .space(String(name), unit: "micrometer", spacing: 0.5)
            }
        }
        let description = ImageDescription(
            name: name, axes: all,
            levels: (0..<levels).map { level in
                let factors = axes.map { "yx".contains($0) ? 1 << level : 1 }
                return .init(
                    shape: zip(axes, factors).map { (extents[$0, default: 1] + $1 - 1) / $1 },
                    scale: zip(all, factors).map { $0.spacing * Double($1) },
                    translation: axes.map { _ in 0 })
            }, type: type, channels: [], isRGB: isRGB)
        return LevelledImage(description, natural: axes.map { _ in natural }, fails: fails)
    }

    static func options(_ compression: TiffPageFormat.Compression = .zstd(level: 1), threads: Int = 2) -> OMETiffOptions
    {
        var options = OMETiffOptions()
        options.tileSide = 32
        options.compression = compression
        options.threads = threads
        options.memory = 64 << 20
        return options
    }

    /// Exports images and hands over the file's path.
    static func withExport(_ export: OMETiffExport, _ body: (String) throws -> Void) throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.ome.tif"
        let done = Atomic(0)
        let size = try export.write(to: path) { done.store($0, ordering: .relaxed) }
        #expect(done.load(ordering: .relaxed) == export.pixelBytes)
        #expect(size <= export.largestSize)
        try body(path)
    }

    /// All levels of an image in the order t, c, z, y, x, whichever there are, as one array of bytes each.
    static func pixels(_ image: any ImageSource) throws -> [[UInt8]] {
        let order = ["t", "c", "z", "y", "x"].compactMap { image.description.axis($0) }
        return try image.description.levels.indices.map { level in
            var source = try image.read(Region(wholeOf: image.description.levels[level].shape), level: level)
            var target = PixelBuffer(shape: order.map { source.shape[$0] }, type: source.type)
            source.withPixels { from in target.withPixels { $0.copy(from: from.permuted(order)) } }
            return target.bytes
        }
    }

    @Test("all levels come back, whatever the axes and chunks, and each element is read once", arguments: cases)
    func axes(_ example: Case) throws {
        let image = Self.image(example.axes, natural: example.natural)
        try Self.withExport(OMETiffExport([image], Self.options())) { path in
            let back = try TiffDocument.open(path: path)
            #expect(back.warnings.isEmpty)
            #expect(try Self.pixels(back.series[0]) == Self.pixels(image))
        }
        // The chunks of the test read all of the image a second and third time above.
        let count = image.pixels.reduce(0) { $0 + $1.count }
        #expect(image.elementsRead.load(ordering: .relaxed) == 2 * count)
    }

    @Test("every type and every way to pack comes back")
    func types() throws {
        for type in PixelType.allCases where ![.int64, .uint64, .float16].contains(type) {
            for compression: TiffPageFormat.Compression in [.none, .deflate(level: 1), .zstd(level: 1), .lzw] {
                let image = Self.image("cyx", type: type)
                try Self.withExport(OMETiffExport([image], Self.options(compression))) { path in
                    let back = try #require(TiffDocument.open(path: path).series.first)
                    #expect(back.description.type == (type == .bool ? .uint8 : type))
                    #expect(try Self.pixels(back) == Self.pixels(image))
                }
            }
        }
    }

    @Test("red, green and blue lie side by side, with planes around them or not", arguments: ["cyx", "czyx", "tczyx"])
    func rgb(axes: String) throws {
        let image = Self.image(axes, type: .uint8, isRGB: true)
        try Self.withExport(OMETiffExport([image], Self.options())) { path in
            let document = try TiffDocument.open(path: path)
            let pages = axes.reduce(1) { $0 * ("tz".contains($1) ? Self.extents[$1, default: 1] : 1) }
            #expect(document.directoryCount == pages)
            #expect(document.series[0].description.isRGB)
            #expect(try Self.pixels(document.series[0]) == Self.pixels(image))
        }
    }

    @Test("the bytes are the same whatever the number of threads")
    func deterministic() throws {
        let image = Self.image("tczyx", natural: 20)
        var files = Set<[UInt8]>()
        for threads in [1, 2, 3, 7] {
            try Self.withExport(OMETiffExport([image], Self.options(threads: threads))) { path in
                files.insert(try Self.contents(path))
            }
        }
        #expect(files.count == 1)
    }

    static func contents(_ path: String) throws -> [UInt8] {
        let file = try TiffFile(path: path)
        return try [UInt8](unsafeUninitializedCapacity: file.size) { buffer, count in
            // Safety: the buffer has as many bytes as are read.
            if let base = buffer.baseAddress { try file.read(file.size, at: 0, into: base) }
            count = file.size
        }
    }

    @Test("several images lie in one file, in their order")
    func several() throws {
        let images = [Self.image("czyx"), Self.image("yx", type: .float32, levels: 1), Self.image("cyx", type: .int8)]
        try Self.withExport(OMETiffExport(images, Self.options())) { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.series.count == 3)
            for (series, image) in zip(document.series, images) {
                #expect(try Self.pixels(series) == Self.pixels(image))
            }
        }
    }

    @Test("without its pyramid, or with levels that are smaller in z, an image has level 0 only, and says so")
    func levels() throws {
        var options = Self.options()
        options.hasPyramid = false
        #expect(try OMETiffExport([Self.image("zyx")], options).levelCounts == [1])
        #expect(try OMETiffExport([Self.image("zyx")], options).warnings.isEmpty)
        var description = Self.image("zyx").description
        description.levels[2].shape[0] = 2
        let export = try OMETiffExport([LevelledImage(description, natural: [1, 8, 8])], Self.options())
        #expect(export.levelCounts == [2])
        #expect(export.warnings.count == 1)
    }

    @Test("a level is used where one pixel stands for a whole number of pixels, with what is left over or without")
    func factors() throws {
        /// Whether a side of so many pixels can come after one of so many, by trying all factors.
        func fits(_ above: Int, _ here: Int) -> Bool {
            here > 0 && (1...above).contains { above / $0 == here || (above + $0 - 1) / $0 == here }
        }
        for above in 1...24 {
            for here in 0...25 {
                let image = ImageDescription(
                    axes: [.space("y"), .space("x")],
                    levels: [[50, above], [25, here]].map { .init(shape: $0, scale: [1, 1], translation: [0, 0]) },
                    type: .uint8)
                #expect(try OMETiffExport.usableLevels(of: image) == (fits(above, here) ? 2 : 1), "\(above) to \(here)")
            }
        }
    }

    @Test("what an OME-TIFF has no words for is refused before anything is written")
    func refused() {
        for type in [PixelType.int64, .uint64, .float16] {
            #expect(throws: OMEZarrError.self) { try OMETiffExport([Self.image("yx", type: type)], Self.options()) }
        }
        let angle = ImageDescription(
            axes: [Axis(name: "angle", kind: .custom(nil)), .space("y"), .space("x")], shape: [2, 3, 4], type: .uint8)
        let line = ImageDescription(axes: [.c, .space("x")], shape: [3, 4], type: .uint8)
        let nothing = ImageDescription(axes: [.space("y"), .space("x")], shape: [0, 4], type: .uint8)
        for description in [angle, line, nothing] {
            let image = LevelledImage(description, natural: description.shape)
            #expect(throws: OMEZarrError.self) { try OMETiffExport([image], Self.options()) }
        }
        #expect(throws: OMEZarrError.self) { try OMETiffExport([], Self.options()) }
        #expect(throws: ZarrError.self) {
            try OMETiffExport([Self.image("yx")], Self.options(.jpeg(quality: 90)))
        }
    }

    @Test("memory that does not suffice is refused with what would")
    func memory() throws {
        var options = Self.options(threads: 64)
        options.memory = 1 << 20
        let error = try #require(throws: OMEZarrError.self) { try OMETiffExport([Self.image("yx")], options) }
        #expect(error.code == .limitExceeded)
        #expect(error.message.contains("needs 3 MB of memory"))
        options.memory = 3_000_000
        #expect(try OMETiffExport([Self.image("yx")], options).threads >= 1)
    }

    @Test(
        "an export that fails or is stopped leaves nothing behind, whatever the number of threads", arguments: [1, 4])
    func failure(threads: Int) throws {
        let folder = try TemporaryFolder(), path = folder.path + "/a.ome.tif"
        let failing = try OMETiffExport([Self.image("tczyx", fails: true)], Self.options(threads: threads))
        #expect(throws: LevelledImage.Failure.self) { _ = try failing.write(to: path) { _ in } }
        let stopped = try OMETiffExport([Self.image("tczyx")], Self.options(threads: threads))
        #expect(throws: CancellationError.self) {
            _ = try stopped.write(to: path) { if $0 > 20_000 { throw CancellationError() } }
        }
        #expect(access(path, F_OK) != 0 && access("\(path).partial-\(getpid())", F_OK) != 0)
    }
}
