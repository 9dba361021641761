extension Region {
    /// The chunks of a regular grid that the region touches, in C order.
    package func chunks(of chunkShape: [Int]) -> RegionChunks { RegionChunks(self, chunkShape) }
}

/// The chunks of a regular grid that a region touches, in C order. Any one of them is found without those before it,
/// so that threads can share them out by number.
package struct RegionChunks: RandomAccessCollection {
    /// The part of one chunk that lies in the region.
    package struct Part {
        /// The chunk's place in the grid.
        package var index: [Int]
        /// The part, counted from the chunk's first element.
        package var inChunk: Region
        /// The part, counted from the region's first element.
        package var inRegion: Region
    }

    private let region: Region
    private let chunkShape: [Int]
    /// The place in the grid of the first chunk, and how many there are, on each axis.
    private let places: Region

    package let startIndex = 0
    package let endIndex: Int

    fileprivate init(_ region: Region, _ chunkShape: [Int]) {
        self.region = region
        self.chunkShape = chunkShape
        let first = zip(region.origin, chunkShape).map { $0 / $1 }
        let counts = first.indices.map {
            region.shape[$0] > 0 ? (region.end($0) - 1) / chunkShape[$0] - first[$0] + 1 : 0
        }
        places = Region(origin: first, shape: counts)
        endIndex = places.count
    }

    package subscript(number: Int) -> Part {
        var part = Part(index: places.origin, inChunk: region, inRegion: region)
        var rest = number
        for axis in places.shape.indices.reversed() {
            part.index[axis] += rest % places.shape[axis]
            rest /= places.shape[axis]
            let start = part.index[axis] * chunkShape[axis]
            let low = Swift.max(region.origin[axis], start)
            let extent = Swift.min(region.end(axis), start + chunkShape[axis]) - low
            part.inChunk.origin[axis] = low - start
            part.inChunk.shape[axis] = extent
            part.inRegion.origin[axis] = low - region.origin[axis]
            part.inRegion.shape[axis] = extent
        }
        return part
    }
}
