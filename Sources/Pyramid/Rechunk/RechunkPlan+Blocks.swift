import Zarr

extension RechunkPlan {
    /// The blocks that are read, in C order.
    var readBlocks: BlockGrid { BlockGrid(shape: task.shape, block: readBlock) }

    /// The blocks that are written.
    var writeBlocks: BlockGrid { BlockGrid(shape: task.shape, block: writeBlock) }

    /// What is written before anything of other shards begins.
    var superblocks: BlockGrid { BlockGrid(shape: task.shape, block: superblock) }

    /// The chunks of a region of whole chunks in the order in which they are written: shard by shard, in each in C order.
    ///
    /// - Returns: the parts of chunks that lie in the array.
    func chunks(of block: Region) -> some Sequence<Region> {
        let chunk = task.chunk
        return block.parts(of: task.shard ?? writeBlock).lazy.flatMap { $0.parts(of: chunk) }
    }
}

/// A regular grid of blocks over an array, whose blocks have numbers in C order.
struct BlockGrid: Sendable {
    let shape: [Int]
    let block: [Int]

    /// Blocks on each axis.
    private var counts: [Int] { zip(shape, block).map { ($0 + $1 - 1) / $1 } }

    /// The number of the block that holds an element.
    func number(at origin: [Int]) -> Int {
        zip(zip(origin, block), counts).reduce(0) { $0 * $1.1 + $1.0.0 / $1.0.1 }
    }

    /// The part of a block that lies in the array.
    func region(_ number: Int) -> Region {
        var rest = number, region = Region(wholeOf: shape)
        for (axis, count) in counts.enumerated().reversed() {
            region.origin[axis] = rest % count * block[axis]
            region.shape[axis] = min(block[axis], shape[axis] - region.origin[axis])
            rest /= count
        }
        return region
    }
}

extension Region {
    /// The region cut along a regular grid: its parts in C order, one at a time, because there may be more than memory
    /// should hold.
    func parts(of chunk: [Int]) -> some Sequence<Region> { chunks(of: chunk).lazy.map { part($0) } }

    /// A part where it lies in the array.
    func part(_ part: RegionChunks.Part) -> Region {
        Region(origin: zip(origin, part.inRegion.origin).map { $0 + $1 }, shape: part.inRegion.shape)
    }
}
