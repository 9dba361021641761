import OMEZarr
import Pyramid
import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Levels made in a folder of their own")
struct ScratchLevelsTests {
    private static func image(_ shape: [Int] = [2, 75, 130]) -> MemoryImage {
        let axes = [
            Axis.c, .space("y", unit: "micrometer", spacing: 0.5), .space("x", unit: "micrometer", spacing: 0.25),
        ]
        return MemoryImage(ImageDescription(axes: axes, shape: shape, type: .uint16), natural: [1, 16, 40], seed: 5)
    }

    private static func options(threads: Int = 2) -> PyramidOptions {
        var options = PyramidOptions(compression: [], memory: 64 << 20, threads: threads)
        options.chunkShape = [1, 16, 16]
        options.factors = [[2, 2]]
        options.minSize = 20
        return options
    }

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let path = "/tmp/ome-zarr-tests-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { try? DirectoryStore(path: path, create: false).remove(.root) }
        try body(path)
    }

    @Test(
        "are those of a conversion, whichever level they continue, and level 0 is stored nowhere", arguments: [1, 2, 3])
    func levels(kept: Int) throws {
        try Self.withFolder { folder in
            // All levels of the image, as a conversion makes them.
            let source = Self.image(), whole = MemoryStore()
            let plan = try PyramidPlan(of: source, Self.options())
            _ = try Conversion(source, plan, into: whole, generator: Generator(name: "test", version: "1")).run()
            let converted = try OMEZarrImage.open(whole)
            let scratch = try ScratchLevels(
                of: converted, keeping: kept, Self.options(), in: folder, at: StoreKey("7"))
            #expect(access(folder, F_OK) != 0, "planning writes nothing")
            #expect(scratch.image.description.levels == converted.description.levels)
            try scratch.make()
            for level in plan.levels.indices {
                let region = Region(wholeOf: plan.levels[level].shape)
                #expect(
                    try scratch.image.read(region, level: level).bytes == converted.read(region, level: level).bytes)
            }
            let store = try DirectoryStore(path: folder, create: false)
            #expect(try store.list(StoreKey("7/0")) == ["zarr.json"])
        }
    }

    @Test("need every pixel of the image once")
    func once() throws {
        try Self.withFolder { folder in
            let source = Self.image()
            try ScratchLevels(of: source, keeping: 1, Self.options(), in: folder, at: .root).make()
            #expect(source.elementsRead.load(ordering: .relaxed) == source.pixels.count)
        }
    }

    @Test("that are not made cannot be read, and a wish to stop ends the making")
    func stopped() throws {
        try Self.withFolder { folder in
            let levels = try ScratchLevels(of: Self.image(), keeping: 1, Self.options(), in: folder, at: .root)
            let region = Region(wholeOf: levels.plan.levels[1].shape)
            #expect(throws: ZarrError.self) { try levels.image.read(region, level: 1) }
            let progress = ConversionProgress()
            progress.cancel()
            let error = try #require(throws: PyramidError.self) { try levels.make(progress: progress) }
            #expect(error.code == .cancelled)
        }
    }
}
