import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("The plan of a pyramid")
struct PyramidPlanTests {
    /// An image that is only ever planned.
    struct Promise: ImageSource {
        let description: ImageDescription
        let natural: [Int]
        var reader = 0
        var maximumReaders = Int.max

        func readerBytes(level: Int) -> Int { reader }
        func naturalReadShape(level: Int) -> [Int] { natural }
        func makeReader() throws -> any RegionReader { throw PyramidError(.cancelled, "a plan reads no pixels") }
    }

    private func slide(_ side: Int, tile: Int, type: PixelType = .uint16) -> Promise {
        Promise(
            description: ImageDescription(axes: [.space("y"), .space("x")], shape: [side, side], type: type),
            natural: [tile, tile])
    }

    private func options(memory: Int = 1 << 30, threads: Int = 2) -> PyramidOptions {
        PyramidOptions(compression: [.zstd(level: 1)], memory: memory, threads: threads)
    }

    @Test("chunks are whole numbers of tiles near 512")
    func automaticChunks() throws {
        for (tile, chunk) in [
            (256, 512), (512, 512), (240, 480), (1024, 512), (1000, 500), (128, 512), (2048, 512), (700, 700),
        ] {
            let plan = try PyramidPlan(of: slide(20000, tile: tile), options())
            #expect(plan.levels[0].chunkShape == [chunk, chunk], "tiles of \(tile)")
        }
    }

    @Test("shards are whole numbers of chunks near 128 MiB of pixels, smaller on small levels, none in 0.4")
    func automaticShards() throws {
        let plan = try PyramidPlan(of: slide(32768, tile: 512), options())
        #expect(plan.levels[0].shardShape == [8192, 8192])
        #expect(plan.levels.last?.shardShape == [512, 512])
        for level in plan.levels {
            let shard = try #require(level.shardShape)
            #expect(zip(shard, level.chunkShape).allSatisfy { $0 % $1 == 0 })
        }
        var old = options()
        old.version = .v04
        #expect(try PyramidPlan(of: slide(32768, tile: 512), old).levels.allSatisfy { $0.shardShape == nil })
    }

    @Test("a shard that is not a whole number of chunks is refused with the nearest that is")
    func impossibleShards() throws {
        var wrong = options()
        wrong.chunkShape = [512, 512]
        wrong.sharding = .shape([1000, 2048])
        let error = #expect(throws: PyramidError.self) { try PyramidPlan(of: slide(9000, tile: 512), wrong) }
        #expect(error?.message.contains("1024,2048") == true)
        wrong.version = .v04
        #expect(throws: PyramidError.self) { try PyramidPlan(of: slide(9000, tile: 512), wrong) }
    }

    @Test("averaging moves the centre of a pixel by half a block, striding does not")
    func geometry() throws {
        let axes: [Axis] = [
            .space("y", unit: "micrometer", spacing: 0.5), .space("x", unit: "micrometer", spacing: 0.25),
        ]
        let image = Promise(
            description: ImageDescription(axes: axes, shape: [1000, 1000], type: .uint8), natural: [64, 64])
        let mean = try PyramidPlan(of: image, options())
        #expect(mean.levels[2].scale == [2, 1])
        #expect(mean.levels[2].translation == [0.75, 0.375])
        var striding = options()
        striding.method = .nearest
        #expect(try PyramidPlan(of: image, striding).levels[2].translation == [0, 0])
    }

    @Test("the memory of a plan does not grow with a tiled image, and what cannot fit is refused with what would")
    func memory() throws {
        let small = try PyramidPlan(of: slide(8192, tile: 512), options())
        let large = try PyramidPlan(of: slide(262_144, tile: 512), options())
        #expect(large.memory.peakBytes < small.memory.peakBytes + (16 << 20))
        #expect(large.memory.peakBytes < 128 << 20)

        let strip = Promise(
            description: ImageDescription(axes: [.space("y"), .space("x")], shape: [65535, 65535], type: .uint8),
            natural: [65535, 65535])
        let error = #expect(throws: PyramidError.self) { try PyramidPlan(of: strip, options()) }
        #expect(error?.code == .needsMoreMemory)
    }

    @Test("workers are fewer where the memory of more would not fit")
    func fewerWorkers() throws {
        let strips = Promise(
            description: ImageDescription(axes: [.space("y"), .space("x")], shape: [60000, 60000], type: .uint16),
            natural: [16, 60000])
        let plenty = try PyramidPlan(of: strips, options(memory: 2 << 30, threads: 4))
        let scarce = try PyramidPlan(of: strips, options(memory: 300 << 20, threads: 4))
        #expect(plenty.memory.threads == 4)
        #expect(scarce.memory.threads < 4)
        #expect(scarce.memory.peakBytes <= 300 << 20)
    }

    @Test("mode is refused for floats")
    func modeOfFloats() throws {
        var labels = options()
        labels.method = .mode
        #expect(throws: PyramidError.self) { try PyramidPlan(of: slide(100, tile: 64, type: .float32), labels) }
    }

    @Test("axes in an order that OME-Zarr forbids, and images without pixels, are refused")
    func impossibleImages() {
        func plan(_ axes: [Axis], _ shape: [Int]) throws {
            let image = ImageDescription(axes: axes, shape: shape, type: .uint8)
            _ = try PyramidPlan(of: Promise(description: image, natural: shape), options())
        }
        let y = Axis.space("y"), x = Axis.space("x"), z = Axis.space("z")
        let forbidden: [[Axis]] = [
            [y, x, .c], [z, .c, y, x], [.c, .t(), y, x], [z, y, x, .c], [.space("w"), z, y, x], [x], [.t(), .c],
            [Axis(name: "a", kind: .custom(nil)), Axis(name: "b", kind: .custom(nil))],
        ]
        for axes in forbidden {
            let error = #expect(throws: PyramidError.self) { try plan(axes, axes.map { _ in 4 }) }
            #expect(error?.code == .unsupportedImage)
        }
        let allowed: [[Axis]] = [
            [y, x], [z, y, x], [.c, y, x], [.t(), y, x], [.t(), .c, z, y, x],
            [Axis(name: "lifetime", kind: .custom(nil)), y, x],
        ]
        for axes in allowed { #expect(throws: Never.self) { try plan(axes, axes.map { _ in 4 }) } }
        #expect(throws: PyramidError.self) { try plan([y, x], [0, 400]) }
    }

    @Test(
        "a volume with a spacing that is no distance is planned as a stack of planes",
        arguments: [0, -1, .infinity, .nan])
    func oddSpacings(_ spacing: Double) throws {
        let axes = ["z", "y", "x"].map { Axis.space($0, unit: "micrometer", spacing: $0 == "y" ? spacing : 1) }
        let image = ImageDescription(axes: axes, shape: [40, 400, 400], type: .uint8)
        let plan = try PyramidPlan(of: Promise(description: image, natural: [1, 64, 64]), options())
        #expect(plan.levels.map(\.shape) == [[40, 400, 400], [40, 200, 200]])
    }

    @Test("sizes that files claim never overflow: they are planned or refused")
    func hugeSizes() {
        for side in [1 << 20, 1 << 28, 1 << 31, (1 << 31) - 1, 1 << 40, .max] {
            for natural in [256, side] {
                for threads in [1, 1024] {
                    let image = ImageDescription(
                        axes: [.c, .space("y"), .space("x")], shape: [1, side, side], type: .uint64)
                    let source = Promise(description: image, natural: [1, natural, natural], reader: side)
                    _ = try? PyramidPlan(of: source, options(threads: threads))
                    var extreme = options(threads: threads)
                    extreme.sharding = .shape([.max, .max])
                    extreme.chunkShape = [.max]
                    _ = try? PyramidPlan(of: source, extreme)
                    extreme.sharding = .bytes(.max)
                    extreme.chunkShape = [1, 1]
                    extreme.levelCount = .max
                    _ = try? PyramidPlan(of: source, extreme)
                }
            }
        }
        let huge = ImageDescription(axes: [.space("y"), .space("x")], shape: [1 << 31, 1 << 31], type: .uint8)
        #expect(throws: PyramidError.self) {
            try PyramidPlan(of: Promise(description: huge, natural: [256, 256]), options())
        }
    }

    @Test("what readers and statistics hold is part of the memory")
    func countedMemory() throws {
        let plane = slide(4096, tile: 256).description
        let light = try PyramidPlan(of: Promise(description: plane, natural: [256, 256]), options())
        let heavy = try PyramidPlan(of: Promise(description: plane, natural: [256, 256], reader: 100 << 20), options())
        #expect(heavy.memory.peakBytes - light.memory.peakBytes == 200 << 20)

        let many = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [300, 512, 512], type: .uint8)
        let plan = try PyramidPlan(
            of: Promise(description: many, natural: [1, 512, 512]), options(memory: 100_000_000))
        #expect(plan.memory.peakBytes > 10 << 20)
    }

    @Test("shards with too many chunks, or too many open at once, are refused before the start")
    func shardLimits() throws {
        var tiny = options()
        tiny.chunkShape = [2, 2]
        let automatic = try PyramidPlan(of: slide(3072, tile: 256, type: .uint8), tiny)
        for level in automatic.levels {
            let shard = try #require(level.shardShape)
            #expect(zip(shard, level.chunkShape).reduce(1) { $0 * ($1.0 / $1.1) } <= 1 << 16)
        }
        tiny.sharding = .shape([3072, 3072])
        #expect(throws: PyramidError.self) { try PyramidPlan(of: slide(3072, tile: 256, type: .uint8), tiny) }

        var deep = options()
        deep.chunkShape = [1, 64, 64]
        deep.sharding = .shape([16, 64, 64])
        let stack = ImageDescription(
            axes: [.space("z"), .space("y"), .space("x")], shape: [16, 20_000, 20_000], type: .uint8)
        let error = #expect(throws: PyramidError.self) {
            try PyramidPlan(of: Promise(description: stack, natural: [1, 64, 64]), deep)
        }
        #expect(error?.code == .invalidOption)
        deep.sharding = .automatic
        #expect(try PyramidPlan(of: Promise(description: stack, natural: [1, 64, 64]), deep).memory.openShards < 500)
    }

    /// A stack of planes that are only decoded whole, with cubic voxels.
    private func volume(_ shape: [Int], _ type: PixelType = .uint16) -> Promise {
        let axes = ["z", "y", "x"].map { Axis.space($0, unit: "micrometer", spacing: 1) }
        return Promise(
            description: ImageDescription(axes: axes, shape: shape, type: type), natural: [1, shape[1], shape[2]],
            reader: 2 * shape[1] * shape[2] * type.size)
    }

    @Test("a volume of 32 GB whose planes are one strip each fits 512 MB, because its chunks are flat")
    func largeVolume() throws {
        for shape in [[4000, 2000, 2000], [2000, 2000, 4000]] {
            let scarce = try PyramidPlan(of: volume(shape), options(memory: 512_000_000))
            let plenty = try PyramidPlan(of: volume(shape), options(memory: 2 << 30))
            #expect(scarce.memory.peakBytes <= 512_000_000)
            #expect(
                scarce.levels == plenty.levels && scarce.grid == plenty.grid, "memory never touches what is written")
            #expect(plenty.memory.threads == 2)
        }
        #expect(try PyramidPlan(of: volume([4000, 2000, 2000]), options()).levels[0].chunkShape == [16, 256, 256])
        #expect(try PyramidPlan(of: volume([64, 300, 300]), options()).levels[0].chunkShape == [64, 128, 128])
    }

    @Test("where memory is short the message names memory and a chunk that would do, and both are right")
    func adviceOnMemory() throws {
        var wanting = options(memory: 100_000_000)
        wanting.chunkShape = [64, 128, 128]
        let source = volume([1000, 2000, 2000])
        let error = #expect(throws: PyramidError.self) { try PyramidPlan(of: source, wanting) }
        let message = try #require(error?.message)
        func words(after flag: String, _ isPart: (Character) -> Bool) throws -> String {
            let start = try #require(message.firstRange(of: flag)).upperBound
            return String(message[start...].prefix(while: isPart))
        }
        var richer = wanting
        richer.memory = try #require(Int(words(after: "--memory ") { $0.isNumber })) * 1_000_000
        #expect(throws: Never.self) { try PyramidPlan(of: source, richer) }
        wanting.chunkShape = try words(after: "--chunk ") { $0.isNumber || $0 == "," }.split(separator: ",").compactMap
        { Int($0) }
        #expect(throws: Never.self) { try PyramidPlan(of: source, wanting) }
    }

    @Test("300 channels, apart or interleaved, are planned within a gigabyte")
    func manyChannels() throws {
        let image = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [300, 8000, 8000], type: .uint16)
        for natural in [[1, 512, 512], [1, 16, 8000], [300, 256, 256], [300, 1, 8000]] {
            let plan = try PyramidPlan(
                of: Promise(description: image, natural: natural), options(memory: 1_000_000_000))
            #expect(plan.memory.peakBytes <= 1_000_000_000, "\(natural)")
        }
    }

    @Test("no more workers than the source can serve")
    func fewReaders() throws {
        var source = slide(8192, tile: 512)
        source.maximumReaders = 1
        #expect(try PyramidPlan(of: source, options(threads: 8)).memory.threads == 1)
        source.maximumReaders = 0
        #expect(try PyramidPlan(of: source, options(threads: 8)).memory.threads == 1)
    }

    @Test("scales and offsets follow the factors asked for")
    func givenFactors() throws {
        let axes: [Axis] = [
            .space("y", unit: "micrometer", spacing: 0.5), .space("x", unit: "micrometer", spacing: 0.25),
        ]
        let image = Promise(
            description: ImageDescription(axes: axes, shape: [1000, 1000], type: .uint8), natural: [64, 64])
        var given = options()
        given.factors = [[3, 2], [5]]
        given.levelCount = 3
        for method in DownsampleMethod.allCases {
            given.method = method
            let last = try PyramidPlan(of: image, given).levels[2]
            #expect(last.shape == [334, 100])
            #expect(last.scale == [1.5, 2.5])
            #expect(last.translation == (method == .nearest ? [0, 0] : [0.5, 1.125]))
        }
    }

    @Test("one worker needs what docs/pyramids.md says")
    func documentedMemory() throws {
        let strips = Promise(
            description: ImageDescription(axes: [.space("y"), .space("x")], shape: [60000, 60000], type: .uint16),
            natural: [16, 60000], reader: 4_000_000)
        let needs = try [slide(32768, tile: 512), strips, volume([4000, 2000, 2000])].map {
            try PyramidPlan(of: $0, options(threads: 1)).memory.peakBytes / 1_000_000
        }
        #expect(needs == [12, 135, 202])
    }
}
