import Zarr

/// A region cut into slabs that, one after the other, are its elements in C order, none larger than fits in memory.
///
/// A slab is whole in its last axes, a piece of the axis before and a single index of all others. Where memory allows, it
/// begins and ends between chunks, so that few chunks are decoded twice, and is not too small to be worth a write.
struct Slabs {
    /// Bytes of the largest slab.
    let largestBytes: Int

    private let region: Region
    /// The axis that is cut.
    private let axis: Int
    /// Elements of a slab on that axis.
    private let step: Int
    private let natural: Int

    /// 256 MiB hold 64 planes of 2048 x 1024 16-bit pixels: a row of bricks of a volume.
    static let standardBudget = 256 << 20
    /// Slabs are gathered to so many bytes: beyond, a write costs what its bytes cost.
    static let worthwhile = 8 << 20

    /// - Parameters:
    ///   - natural: the shape in which the source is cheapest to read.
    ///   - type: no element is larger than the budget.
    ///   - budget: bytes a slab may take.
    init(_ region: Region, natural: [Int], type: DataType, budget: Int = Slabs.standardBudget) {
        var axis = region.rank, inner = type.size
        while axis > 0, inner.saturatingMultiplied(by: region.shape[axis - 1]) <= budget {
            axis -= 1
            inner *= region.shape[axis]
        }
        // What fits as a whole is cut, too, along the first axis that can be: who reads the output need not wait for all.
        if axis > 0 {
            axis -= 1
        } else {
            axis = region.shape.firstIndex { $0 > 1 } ?? 0
            inner = Array(region.shape.dropFirst(axis + 1)).saturatingProduct(times: type.size)
        }
        let extent = region.rank == 0 ? 1 : region.shape[axis]
        let chunk = region.rank == 0 ? 1 : natural[axis]
        let fit = max(1, budget / max(1, inner))
        let wanted = max(chunk, Self.worthwhile / max(1, inner) / chunk * chunk)
        self.region = region
        self.axis = axis
        self.natural = chunk
        step = wanted <= fit ? wanted : fit >= chunk ? fit / chunk * chunk : fit
        largestBytes = inner * min(step, max(1, extent))
    }

    /// Calls `body` with each slab, in order.
    func forEach(_ body: (Region) throws -> Void) rethrows {
        guard !region.isEmpty else { return }
        guard region.rank > 0 else { return try body(region) }
        var slab = region
        for outer in 0..<axis { slab.shape[outer] = 1 }
        while true {
            try cut(&slab, body)
            var outer = axis - 1
            while outer >= 0 {
                slab.origin[outer] += 1
                if slab.origin[outer] < region.end(outer) { break }
                slab.origin[outer] = region.origin[outer]
                outer -= 1
            }
            if outer < 0 { return }
        }
    }

    /// Cuts the axis between chunks, and chunks too large for one slab into pieces.
    private func cut(_ slab: inout Region, _ body: (Region) throws -> Void) rethrows {
        var origin = region.origin[axis]
        while origin < region.end(axis) {
            let fence = step < natural ? min(step, natural - origin % natural) : step - origin % step
            slab.origin[axis] = origin
            slab.shape[axis] = min(region.end(axis) - origin, fence)
            try body(slab)
            origin += slab.shape[axis]
        }
    }
}
