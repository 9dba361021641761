import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("Converting an image")
struct ConversionTests {
    /// One kind of input with everything that changes how it is cut.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var image: ImageDescription
        var natural: [Int]
        var chunk: [Int]
        var sharding: PyramidOptions.Sharding = .none
        var version = OMEZarrVersion.v05
        var method: DownsampleMethod = .mean
        var values = 0...60000
        var factors: [[Int]] = []

        var testDescription: String { "\(name), \(version.rawValue), \(sharding), \(method)" }
    }

    static func micrometers(_ name: String, _ spacing: Double) -> Axis {
        .space(name, unit: "micrometer", spacing: spacing)
    }

    static let inputs: [Case] = [
        Case(
            name: "tiled plane of odd size",
            image: ImageDescription(axes: [.space("y"), .space("x")], shape: [301, 467], type: .uint16),
            natural: [32, 32], chunk: [32, 32]),
        Case(
            name: "strips across the plane",
            image: ImageDescription(axes: [.space("y"), .space("x")], shape: [257, 190], type: .uint8),
            natural: [7, 190], chunk: [32, 32], values: 0...255),
        Case(
            name: "tiles out of step with chunks",
            image: ImageDescription(axes: [.space("y"), .space("x")], shape: [200, 333], type: .float32),
            natural: [48, 80], chunk: [33, 32]),
        Case(
            name: "one strip for the whole plane",
            image: ImageDescription(axes: [.t(), .space("y"), .space("x")], shape: [3, 130, 99], type: .int16),
            natural: [1, 130, 99], chunk: [1, 16, 32], values: -30000...30000),
        Case(
            name: "interleaved channels",
            image: ImageDescription(
                axes: [.c, .space("y"), .space("x")], shape: [3, 150, 140], type: .uint8, isRGB: true),
            natural: [3, 64, 64], chunk: [1, 32, 32], values: 0...255),
        Case(
            name: "volume with fine planes",
            image: ImageDescription(
                axes: [micrometers("z", 3), micrometers("y", 1), micrometers("x", 1)], shape: [21, 101, 90],
                type: .uint16),
            natural: [1, 8, 90], chunk: [8, 16, 16]),
        Case(
            name: "five axes",
            image: ImageDescription(
                axes: [.t(), .c, micrometers("z", 1), micrometers("y", 1), micrometers("x", 1)],
                shape: [2, 2, 9, 70, 50],
                type: .uint32),
            natural: [1, 1, 1, 32, 32], chunk: [1, 1, 4, 16, 16]),
        Case(
            name: "labels",
            image: ImageDescription(axes: [.space("y"), .space("x")], shape: [133, 170], type: .uint32),
            natural: [32, 32], chunk: [32, 32], method: .mode, values: 0...3),
        Case(
            name: "volume with factors of its own",
            image: ImageDescription(
                axes: [.c, .space("z"), .space("y"), .space("x")], shape: [2, 13, 70, 61], type: .uint16),
            natural: [1, 1, 70, 61], chunk: [1, 4, 16, 16], method: .median,
            factors: [[1, 3, 3], [2, 2, 2], [4, 1, 5]]),
        Case(
            name: "smaller than a chunk",
            image: ImageDescription(axes: [.space("y"), .space("x")], shape: [5, 9], type: .uint16),
            natural: [5, 9], chunk: [64, 64]),
    ]

    static let cases: [Case] = inputs.flatMap { input -> [Case] in
        var sharded = input, old = input, striding = input
        sharded.sharding = .bytes(40_000)
        old.version = .v04
        striding.method = .nearest
        striding.sharding = .automatic
        return [input, sharded, old, striding]
    }

    @Test(
        "every level equals the naive pyramid of the whole image, whoever made it and however it is stored",
        arguments: cases)
    func levels(_ test: Case) throws {
        let store = MemoryStore()
        let source = MemoryImage(test.image, natural: test.natural, seed: 11, values: test.values)
        let plan = try Self.plan(test, source, threads: 3)
        _ = try Conversion(source, plan, into: store, generator: Self.generator).run()
        let image = try OMEZarrImage.open(store)
        #expect(image.description.levels.map(\.shape) == plan.levels.map(\.shape))
        var expected = source.pixels
        for level in plan.levels.indices {
            let shape = plan.levels[level].shape
            if level > 0 {
                expected = Self.reduced(expected, plan.factors(level: level), test.method)
            }
            let got = try image.read(Region(wholeOf: shape), level: level)
            #expect(got.shape == expected.shape)
            #expect(got.bytes == expected.bytes, "level \(level) differs")
        }
    }

    @Test("random shapes, factors, chunks and methods give the naive pyramid of the whole image too", arguments: 0..<60)
    func randomPyramids(_ seed: Int) throws {
        var random = SeededGenerator(UInt64(seed))
        let rank = Int.random(in: 2...3, using: &random)
        let shape = (0..<rank).map { _ in Int.random(in: 1...(rank == 2 ? 150 : 40), using: &random) }
        let type = [PixelType.uint8, .uint16, .int16, .uint32, .float32].randomElement(using: &random)!
        let methods = DownsampleMethod.allCases.filter { $0 != .mode || type.isInteger }
        func sides(_ most: Int) -> [Int] { (0..<rank).map { _ in Int.random(in: 1...most, using: &random) } }
        var test = Case(
            name: "random \(seed)",
            image: ImageDescription(axes: ["z", "y", "x"].suffix(rank).map { .space($0) }, shape: shape, type: type),
            natural: sides(50), chunk: sides(20))
        test.method = methods.randomElement(using: &random)!
        test.sharding = [.none, .automatic, .bytes(40_000)].randomElement(using: &random)!
        test.values = type == .uint8 ? 0...5 : 0...30000
        test.factors = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            var step = (0..<rank).map { _ in Int.random(in: 1...5, using: &random) }
            if step.allSatisfy({ $0 == 1 }) { step[0] = 3 }
            return step
        }
        try levels(test)
        try determinism(test)
    }

    @Test("one, two and eight threads write the same bytes", arguments: cases)
    func determinism(_ test: Case) throws {
        var outputs: [[StoreKey: [UInt8]]] = []
        for threads in [1, 2, 8] {
            let store = MemoryStore()
            let source = MemoryImage(test.image, natural: test.natural, seed: 5, values: test.values)
            _ = try Conversion(
                source, Self.plan(test, source, threads: threads), into: store, generator: Self.generator
            ).run()
            outputs.append(try Self.contents(store))
        }
        #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2])
        #expect(outputs[0].count > 2)
    }

    @Test("where chunks and tiles are in step every pixel is read exactly once")
    func readsOnce() throws {
        for test in Self.inputs where test.name != "tiles out of step with chunks" {
            let source = MemoryImage(test.image, natural: test.natural, seed: 1, values: test.values)
            _ = try Conversion(
                source, Self.plan(test, source, threads: 2), into: MemoryStore(), generator: Self.generator
            ).run()
            #expect(source.elementsRead.load(ordering: .relaxed) == source.pixels.count, "\(test.name)")
        }
    }

    @Test("a source that fails leaves no root metadata and no unfinished object")
    func failure() throws {
        let store = MemoryStore()
        let test = Self.cases[1]
        let source = FailingImage(image: MemoryImage(test.image, natural: test.natural, seed: 1))
        let plan = try Self.plan(test, source, threads: 2)
        #expect(throws: FailingImage.Failure.self) {
            try Conversion(source, plan, into: store, generator: Self.generator).run()
        }
        #expect(try store.size(StoreKey("zarr.json")) == nil)
    }

    @Test("a conversion that is stopped says so and leaves no root metadata")
    func cancellation() throws {
        let store = MemoryStore()
        let source = MemoryImage(Self.cases[0].image, natural: [32, 32], seed: 1)
        let progress = ConversionProgress()
        progress.cancel()
        let plan = try Self.plan(Self.cases[0], source, threads: 2)
        let error = #expect(throws: PyramidError.self) {
            try Conversion(source, plan, into: store, generator: Self.generator).run(progress: progress)
        }
        #expect(error?.code == .cancelled)
        #expect(try store.size(StoreKey("zarr.json")) == nil)
    }

    @Test("the contrast window keeps the true range and ignores a hot pixel")
    func windows() throws {
        let description = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 300, 300], type: .uint16)
        let image = MemoryImage(description, natural: [1, 64, 64], seed: 3, values: 100...200)
        var pixels = image.pixels
        pixels.bytes[0] = 0xFF
        pixels.bytes[1] = 0xFF
        let hot = StaticImage(description: description, pixels: pixels)
        let plan = try PyramidPlan(of: hot, PyramidOptions(compression: [], memory: 1 << 30, threads: 2))
        let result = try Conversion(hot, plan, into: MemoryStore(), generator: Self.generator).run()
        let first = try #require(result.image.channels.first?.window)
        #expect(first.min == 100 && first.max == 65535)
        #expect(first.start == 100 && first.end == 200)
    }

    // MARK: Two roads

    static let generator = Generator(name: "tests", version: "1")

    /// What a source says of itself, on its way into a store.
    static func documents(
        _ store: any WritableStore, _ version: OMEZarrVersion, _ xml: String? = nil
    ) -> SourceDocuments {
        SourceDocuments(in: store, version: version, omeXML: xml.map { Array($0.utf8) }, generator: generator)
    }

    static func plan(_ test: Case, _ source: any ImageSource, threads: Int) throws -> PyramidPlan {
        var options = PyramidOptions(compression: [.zstd(level: 1)], memory: 256 << 20, threads: threads)
        options.version = test.version
        options.chunkShape = test.chunk
        options.sharding = test.version == .v04 ? .none : test.sharding
        options.method = test.method
        options.factors = test.factors
        options.minSize = test.factors.isEmpty ? 20 : 2
        return try PyramidPlan(of: source, options)
    }

    static func reduced(_ pixels: PixelBuffer, _ step: [Int], _ method: DownsampleMethod) -> PixelBuffer {
        switch pixels.type {
        case .uint8: reduce(pixels, step, UInt8.self, { Naive.integers(method, $0) })
        case .uint16: reduce(pixels, step, UInt16.self, { Naive.integers(method, $0) })
        case .int16: reduce(pixels, step, Int16.self, { Naive.integers(method, $0) })
        case .uint32: reduce(pixels, step, UInt32.self, { Naive.integers(method, $0) })
        default: reduce(pixels, step, Float.self, { Naive.floats(method, $0) })
        }
    }

    private static func reduce<T: Hashable & BitwiseCopyable>(
        _ pixels: PixelBuffer, _ step: [Int], _: T.Type, _ block: ([T]) -> T
    ) -> PixelBuffer {
        let result = Naive.reduce(pixels.elements(as: T.self), shape: pixels.shape, step: step, block)
        return PixelBuffer(shape: result.shape, type: pixels.type, bytes: result.pixels.withUnsafeBytes { Array($0) })
    }

    private static func contents(_ store: MemoryStore, _ key: StoreKey = .root) throws -> [StoreKey: [UInt8]] {
        var all: [StoreKey: [UInt8]] = [:]
        for name in try store.list(key) {
            let below = try key.appending(name)
            if let bytes = try store.read(below) { all[below] = bytes }
            all.merge(try contents(store, below)) { a, _ in a }
        }
        return all
    }
}

/// An image with given pixels.
struct StaticImage: ImageSource {
    let description: ImageDescription
    let pixels: PixelBuffer

    func naturalReadShape(level: Int) -> [Int] { description.shape.map { min($0, 64) } }

    func makeReader() throws -> any RegionReader { Reader(pixels) }

    private final class Reader: RegionReader {
        private var pixels: PixelBuffer
        init(_ pixels: PixelBuffer) { self.pixels = pixels }

        func read(_ region: Region, level: Int, into target: StridedPixels) throws {
            pixels.withPixels { target.copy(from: $0.subview(region)) }
        }
    }
}
