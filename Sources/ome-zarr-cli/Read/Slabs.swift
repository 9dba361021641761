import OMEZarr
import Zarr

/// A region cut into slabs that, one after the other, are its pixels in C order, none larger than fits in memory.
///
/// A slab is a few whole planes, or a band of rows of one plane; its faces lie between the chunks of the image
/// where memory allows, so that few chunks are decoded twice.
struct Slabs {
    private let region: Region
    private let natural: [Int]
    private let rows: Int
    private let rowBytes: Int
    private let budget: Int

    /// 256 MiB hold 64 planes of 2048 x 1024 16-bit pixels: a row of bricks of a volume.
    static let standardBudget = 256 << 20

    /// - Parameters:
    ///   - region: at least two axes.
    ///   - natural: the shape in which the image is cheapest to read.
    ///   - rows: the axis of rows; what follows it (columns, samples) is never cut.
    ///   - budget: bytes a slab may take.
    /// - Throws: ``UsageError`` where a single row does not fit.
    init(_ region: Region, natural: [Int], rows: Int, type: PixelType, budget: Int = Slabs.standardBudget) throws {
        var rowBytes = type.size
        for extent in region.shape[(rows + 1)...] {
            guard extent <= budget / rowBytes else {
                throw UsageError("a row of \(extent) pixels is too long to read: choose a --region")
            }
            rowBytes *= max(1, extent)
        }
        self.region = region
        self.natural = natural
        self.budget = budget
        self.rows = rows
        self.rowBytes = rowBytes
    }

    /// Bytes that hold any slab.
    var largestBytes: Int {
        let (plane, overflow) = region.shape[rows].multipliedReportingOverflow(by: rowBytes)
        let wholePlanes = rows > 0 ? region.shape[rows - 1] : 1
        let (all, tooMany) = plane.multipliedReportingOverflow(by: wholePlanes)
        return overflow || tooMany ? budget : min(budget, all)
    }

    /// Calls `body` with each slab, in order.
    func forEach(_ body: (Region) throws -> Void) rethrows {
        guard !region.isEmpty else { return }
        var slab = region
        let outer = max(0, rows - 1)
        for axis in 0..<outer { slab.shape[axis] = 1 }
        while true {
            try forEachPlane(&slab, body)
            var axis = outer - 1
            while axis >= 0 {
                slab.origin[axis] += 1
                if slab.origin[axis] < region.end(axis) { break }
                slab.origin[axis] = region.origin[axis]
                axis -= 1
            }
            if axis < 0 { return }
        }
    }

    private func forEachPlane(_ slab: inout Region, _ body: (Region) throws -> Void) rethrows {
        guard rows > 0 else { return try forEachBand(&slab, body) }
        let planes = rows - 1
        let planesThatFit = region.shape[rows] <= budget / rowBytes ? budget / (rowBytes * region.shape[rows]) : 0
        guard planesThatFit > 0 else {
            slab.shape[planes] = 1
            for index in region.origin[planes]..<region.end(planes) {
                slab.origin[planes] = index
                try forEachBand(&slab, body)
            }
            return
        }
        try cut(&slab, axis: planes, at: min(natural[planes], planesThatFit), body)
    }

    private func forEachBand(_ slab: inout Region, _ body: (Region) throws -> Void) rethrows {
        let fit = max(1, budget / rowBytes), step = max(1, natural[rows])
        try cut(&slab, axis: rows, at: fit >= step ? fit / step * step : fit, body)
    }

    /// Cuts an axis at the multiples of `step` that lie inside the region.
    private func cut(_ slab: inout Region, axis: Int, at step: Int, _ body: (Region) throws -> Void) rethrows {
        var origin = region.origin[axis]
        while origin < region.end(axis) {
            slab.origin[axis] = origin
            slab.shape[axis] = min(region.end(axis) - origin, step - origin % step)
            try body(slab)
            origin += slab.shape[axis]
        }
        slab.origin[axis] = region.origin[axis]
        slab.shape[axis] = region.shape[axis]
    }
}
