import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("What a conversion is estimated to take")
struct ConversionEstimateTests {
    private func source(_ natural: [Int], values: ClosedRange<Int>) -> MemoryImage {
        let image = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 700, 900], type: .uint16)
        return MemoryImage(image, natural: natural, seed: 2, values: values)
    }

    private func plan(_ source: any ImageSource, _ sharding: PyramidOptions.Sharding, version: OMEZarrVersion = .v05)
        throws
        -> PyramidPlan
    {
        var options = PyramidOptions(compression: [.zstd(level: 1)], memory: 1 << 30, threads: 2)
        options.chunkShape = [128, 128]
        options.version = version
        options.sharding = sharding
        options.minSize = 64
        return try PyramidPlan(of: source, options)
    }

    @Test("the bytes of a uniform noise are told within a tenth, sharded or not")
    func bytes() throws {
        for natural in [[1, 64, 64], [1, 16, 900], [1, 700, 900]] {
            for values in [0...65535, 0...255, 0...3] {
                for sharding in [PyramidOptions.Sharding.none, .automatic] {
                    let source = source(natural, values: values)
                    let plan = try plan(source, sharding)
                    let estimate = try #require(try ConversionEstimate(source, plan))
                    let result = try Conversion(source, plan, into: MemoryStore(), generator: ConversionTests.generator)
                        .run()
                    let error = Double(estimate.bytes) / Double(result.bytesWritten)
                    #expect((0.9...1.15).contains(error), "\(natural) \(values) \(sharding): \(error)")
                    #expect(estimate.levelBytes.count == plan.levels.count)
                    #expect(estimate.seconds > 0 && estimate.sampledBytes > 0)
                }
            }
        }
    }

    @Test("samples are the same every time, so the bytes are too")
    func determinism() throws {
        let source = source([1, 64, 64], values: 0...999)
        let plan = try plan(source, .automatic)
        let first = try ConversionEstimate(source, plan), second = try ConversionEstimate(source, plan)
        #expect(first?.levelBytes == second?.levelBytes)
    }

    @Test("an image of zeros takes no chunk, and one whose block is too large is not sampled")
    func extremes() throws {
        let zeros = source([1, 64, 64], values: 0...0)
        #expect(try ConversionEstimate(zeros, plan(zeros, .automatic))?.bytes == 0)
        let huge = PyramidPlanTests.Promise(
            description: ImageDescription(axes: [.space("y"), .space("x")], shape: [30_000, 30_000], type: .uint16),
            natural: [30_000, 30_000])
        var options = PyramidOptions(compression: [], memory: 8 << 30, threads: 1)
        options.chunkShape = [512, 512]
        #expect(try ConversionEstimate(huge, PyramidPlan(of: huge, options)) == nil)
    }
}
