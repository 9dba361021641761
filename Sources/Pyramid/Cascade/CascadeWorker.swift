import OMEZarr
import Zarr

/// One thread's part of a cascade: its reader, its buffers, its way to the destination.
///
/// Makes a unit depth first: a brick of level 0 is read, stored and reduced into its parent while it is in the cache;
/// when all parts of the parent are there, so is the parent. A brick that is complete already is not made again; where
/// its parent is not, its pixels come back from the store.
final class CascadeWorker {
    private let plan: PyramidPlan
    private let destination: any BrickDestination
    private let openBricks: OpenBricks
    private let units: UnitLedger
    private let progress: ConversionProgress
    private let reader: any RegionReader
    private let taker: any BrickTaker
    /// One brick of each level up to the units'.
    private let bricks: [BrickMemory]
    private var statistics: StatisticsCollector

    init(_ cascade: Cascade, _ openBricks: OpenBricks) throws {
        plan = cascade.plan
        destination = cascade.destination
        units = cascade.units
        progress = cascade.progress
        self.openBricks = openBricks
        reader = try cascade.source.makeReader()
        taker = try destination.makeTaker()
        let plan = plan, size = plan.image.type.size
        bricks = (0...plan.memory.unitLevel).map { BrickMemory(bytes: plan.grid.bytes(level: $0, elementSize: size)) }
        statistics = StatisticsCollector(plan.image)
    }

    /// Makes a unit and every brick above it that it completes.
    func make(_ unit: Brick) throws {
        let pixels = ownPixels(unit), wasSeen = units.wasSeen(unit)
        try make(unit, pixels, isWanted: isMissing(plan.grid.parent(of: unit)), isSeen: wasSeen)
        try climb(from: unit, pixels)
        if !wasSeen { try units.note(unit, statistics.take()) }
    }

    /// Makes what is missing of a brick and of all below it.
    ///
    /// - Parameters:
    ///   - isWanted: whether `pixels` must hold the brick afterwards.
    ///   - isSeen: whether the statistics of its pixels are known.
    private func make(_ brick: Brick, _ pixels: StridedPixels, isWanted: Bool, isSeen: Bool) throws {
        if progress.isCancelled { throw PyramidError(.cancelled, "the conversion was stopped") }
        let isComplete = destination.isComplete(brick)
        if brick.level == 0 {
            try fill(brick, pixels, isComplete: isComplete, isWanted: isWanted || !isSeen)
            if !isSeen { statistics.add(pixels, at: plan.grid.region(brick)) }
        } else {
            for child in plan.grid.children(of: brick) {
                let part = ownPixels(child)
                try make(child, part, isWanted: !isComplete, isSeen: isSeen)
                if !isComplete { reduce(child, part, into: pixels) }
            }
            if isComplete && isWanted { try taker.read(brick, into: pixels) }
        }
        if !isComplete { progress.didWrite(try taker.take(brick, pixels), level: brick.level) }
        if brick.level == 0 { progress.didRead(plan.grid.region(brick).count * plan.image.type.size) }
    }

    private func fill(_ brick: Brick, _ pixels: StridedPixels, isComplete: Bool, isWanted: Bool) throws {
        if !isComplete {
            try reader.read(plan.grid.region(brick), level: 0, into: pixels)
        } else if isWanted {
            try taker.read(brick, into: pixels)
        }
    }

    private func climb(from brick: Brick, _ pixels: StridedPixels) throws {
        guard let parent = plan.grid.parent(of: brick) else { return }
        let open = openBricks.open(parent), isMissing = isMissing(parent)
        if isMissing { reduce(brick, pixels, into: open.pixels) }
        guard openBricks.wrotePart(of: open) else { return }
        if isMissing {
            progress.didWrite(try taker.take(parent, open.pixels), level: parent.level)
        } else if self.isMissing(plan.grid.parent(of: parent)) {
            try taker.read(parent, into: open.pixels)
        }
        try climb(from: parent, open.pixels)
        openBricks.close(open)
    }

    private func isMissing(_ brick: Brick?) -> Bool { brick.map { !destination.isComplete($0) } ?? false }

    private func reduce(_ child: Brick, _ pixels: StridedPixels, into parent: StridedPixels) {
        guard let place = plan.grid.placeInParent(child) else { return }
        Reduction.run(
            plan.method, plan.image.type, pixels, into: parent.subview(place),
            step: plan.geometry.factors[child.level + 1])
    }

    private func ownPixels(_ brick: Brick) -> StridedPixels {
        bricks[brick.level].pixels(shape: plan.grid.region(brick).shape, plan.image.type)
    }
}
