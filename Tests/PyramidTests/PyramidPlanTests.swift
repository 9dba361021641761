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
}
