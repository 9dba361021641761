import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("Shards that are open at once")
struct OpenShardsTests {
    /// Shapes, chunks, shards and factors that fit each other well and badly.
    static let plans: [PyramidPlan] = {
        var plans: [PyramidPlan] = []
        var random = SeededGenerator(3)
        while plans.count < 300 {
            let rank = Int.random(in: 2...3, using: &random)
            func sides(_ range: ClosedRange<Int>) -> [Int] {
                (0..<rank).map { _ in Int.random(in: range, using: &random) }
            }
            let shape = sides(1...(rank == 2 ? 90 : 24)), chunk = sides(1...4)
            let image = ImageDescription(
                axes: ["z", "y", "x"].suffix(rank).map { .space($0) }, shape: shape, type: .uint8)
            var options = PyramidOptions(compression: [], memory: 1 << 30, threads: 1)
            options.chunkShape = chunk
            options.sharding = .shape(zip(chunk, sides(1...8)).map { $0 * $1 })
            options.minSize = 2
            if Bool.random(using: &random) { options.factors = [sides(1...4).map { $0 + 1 }] }
            let source = PyramidPlanTests.Promise(
                description: image, natural: zip(sides(1...8), shape).map { min($0, $1) })
            guard let plan = try? PyramidPlan(of: source, options) else { continue }
            plans.append(plan)
        }
        return plans
    }()

    @Test("are never more than the plan counts, whatever the shapes and factors", arguments: plans.indices)
    func bound(_ index: Int) {
        let plan = Self.plans[index]
        var walk = Walk(plan: plan)
        let top = plan.levels.count - 1
        for index in GridIndices(plan.grid.counts(level: top)) { walk.make(Brick(level: top, index: index)) }
        #expect(walk.missing.isEmpty)
        #expect(walk.most <= plan.memory.openShards, "\(plan.levels) bricks of \(plan.grid.shape)")
    }

    /// A conversion by one worker, of which only the shards are kept in mind.
    private struct Walk {
        struct Shard: Hashable {
            var level: Int
            var index: [Int]
        }

        let plan: PyramidPlan
        /// Chunks that each open shard waits for.
        var missing: [Shard: Int] = [:]
        var most = 0

        mutating func make(_ brick: Brick) {
            for child in plan.grid.children(of: brick) { make(child) }
            let level = plan.levels[brick.level], region = plan.grid.region(brick)
            for index in GridIndices(zip(region.shape, level.chunkShape).map { ($0 + $1 - 1) / $1 }) {
                let origin = index.indices.map { region.origin[$0] + index[$0] * level.chunkShape[$0] }
                let shard = Shard(level: brick.level, index: zip(origin, level.objectShape).map { $0 / $1 })
                let left = missing[shard] ?? chunks(shard, level)
                missing[shard] = left - 1
                most = max(most, missing.count)
                if left == 1 { missing[shard] = nil }
            }
        }

        private func chunks(_ shard: Shard, _ level: PyramidPlan.Level) -> Int {
            shard.index.indices.reduce(1) { count, axis in
                let left = level.shape[axis] - shard.index[axis] * level.objectShape[axis]
                return count
                    * ((min(level.objectShape[axis], left) + level.chunkShape[axis] - 1) / level.chunkShape[axis])
            }
        }
    }
}
