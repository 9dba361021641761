import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("Shards of a plan")
struct ShardShapeTests {
    private func plan(
        _ shape: [Int], chunk: [Int], _ sharding: PyramidOptions.Sharding, type: PixelType = .uint8,
        factors: [[Int]] = []
    ) throws -> PyramidPlan {
        let axes: [Axis] = [.t(), .c, .space("z"), .space("y"), .space("x")].suffix(shape.count)
        let source = PyramidPlanTests.Promise(
            description: ImageDescription(axes: axes, shape: shape, type: type),
            natural: shape.map { min($0, 8) })
        var options = PyramidOptions(compression: [], memory: 1 << 30, threads: 2)
        options.chunkShape = chunk
        options.sharding = sharding
        options.minSize = 1
        options.factors = factors
        return try PyramidPlan(of: source, options)
    }

    @Test("are whole chunks on every axis of every level, no larger than what covers the level, and never dropped")
    func legalOnEveryLevel() throws {
        for y in [1, 2, 7, 8, 9, 31, 64] {
            for x in [1, 5, 16, 33] {
                for z in [1, 3, 10] {
                    for chunk in [[1, 4, 4], [2, 3, 5], [4, 64, 7], [1, 1, 1]] {
                        for sharding in [PyramidOptions.Sharding.automatic, .bytes(600), .bytes(1 << 20)] {
                            for factors in [[], [[1, 2, 2]], [[3, 2, 5]]] {
                                guard let plan = try? plan([z, y, x], chunk: chunk, sharding, factors: factors) else {
                                    // Only a chunk that does not fit the bytes is a reason.
                                    #expect(
                                        sharding == .bytes(600)
                                            && zip(chunk, [z, y, x]).reduce(1) { $0 * min($1.0, $1.1) } > 600)
                                    continue
                                }
                                check(plan, sharding)
                            }
                        }
                    }
                }
            }
        }
    }

    private func check(_ plan: PyramidPlan, _ sharding: PyramidOptions.Sharding) {
        for level in plan.levels {
            guard let shard = level.shardShape else {
                Issue.record("a level of \(level.shape) has no shards")
                continue
            }
            for axis in shard.indices {
                let chunk = level.chunkShape[axis]
                #expect(shard[axis] >= chunk && shard[axis] % chunk == 0)
                #expect(shard[axis] < level.shape[axis] + chunk)
            }
            if case .bytes(let bytes) = sharding { #expect(shard.reduce(1, *) <= bytes) }
        }
    }

    @Test("that are impossible are refused, and the shape that the message names is possible")
    func nearest() throws {
        let impossible: [(shape: [Int], chunk: [Int], PyramidOptions.Sharding)] = [
            ([100, 900, 900], [1, 64, 64], .shape([1, 100, 70])),
            ([100, 900, 900], [1, 64, 64], .shape([1, 1, 1])),
            ([100, 900, 900], [8, 64, 64], .shape([12, 65, 1000])),
            ([1, 900, 900], [1, 64, 64], .bytes(100)),
            ([1, 3000, 3000], [1, 2, 2], .shape([3000, 3000])),
            ([64, 20000, 20000], [1, 64, 64], .shape([64, 64, 64])),
        ]
        for (shape, chunk, sharding) in impossible {
            let error = #expect(throws: PyramidError.self) { try plan(shape, chunk: chunk, sharding) }
            let message = try #require(error?.message)
            let advice = try #require(message.firstRange(of: "--shard ")).upperBound
            let text = message[advice...].prefix { $0 != " " && $0 != ";" }
            let size = text.firstRange(of: "B,").map { text[..<$0.lowerBound] }
            let nearest: PyramidOptions.Sharding =
                try size.map { .bytes(try #require(Int($0))) }
                ?? .shape(text.split(separator: ",").compactMap { Int($0) })
            #expect(throws: Never.self, "\(message)") { try plan(shape, chunk: chunk, nearest) }
        }
    }

    @Test("that the plan chooses are never refused, however large the volume")
    func automaticNeverFails() throws {
        for side in [1000, 20_000, 200_000] {
            let volume = try plan([4000, side, side], chunk: [64, 128, 128], .automatic, factors: [[2, 2, 2]])
            #expect(volume.memory.openShards <= 3500)
            let flat = try plan([4000, side, side], chunk: [1, 512, 512], .bytes(1 << 30), factors: [[1, 2, 2]])
            #expect(flat.memory.openShards <= 3500)
        }
    }
}
