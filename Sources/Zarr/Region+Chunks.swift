extension Region {
    /// Calls `body` for every chunk of a regular grid that the region touches, in C order.
    ///
    /// - Parameter body: the chunk's place in the grid; the part wanted, counted from the chunk's first element; the
    ///   same part, counted from the region's first element.
    package func forEachChunk(of chunkShape: [Int], _ body: ([Int], Region, Region) throws -> Void) rethrows {
        guard !isEmpty else { return }
        let first = zip(origin, chunkShape).map { $0 / $1 }
        let last = (0..<rank).map { (end($0) - 1) / chunkShape[$0] }
        var index = first
        var inChunk = self, inRegion = self
        while true {
            for axis in 0..<rank {
                let start = index[axis] * chunkShape[axis]
                let low = max(origin[axis], start), high = min(end(axis), start + chunkShape[axis])
                inChunk.origin[axis] = low - start
                inRegion.origin[axis] = low - origin[axis]
                inChunk.shape[axis] = high - low
                inRegion.shape[axis] = high - low
            }
            try body(index, inChunk, inRegion)
            var axis = rank - 1
            while axis >= 0 {
                index[axis] += 1
                if index[axis] <= last[axis] { break }
                index[axis] = first[axis]
                axis -= 1
            }
            if axis < 0 { return }
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
