import Zarr

/// How the values of neighbouring pixels of a plane differ, counted: what tells flat regions from gradients and noise.
struct NeighborCounts: Sendable, Hashable {
    /// Pairs of neighbours in a row or a column that are not both zero, and those of them with the same value.
    var pairs = 0, equalPairs = 0
    /// Pairs of different values, neither of them zero, that are at most two apart: the steps of a gentle slope.
    var closePairs = 0
    /// Pairs of zero and a neighbour of it: the edge of a mask, or where light fades to nothing.
    var zeroSteps = 0
    /// Three pixels in a row or a column that are not all equal, and those whose middle differs from both.
    var turns = 0, doubleTurns = 0

    /// Counts nothing yet.
    init() {}

    static func += (total: inout NeighborCounts, more: NeighborCounts) {
        total.pairs += more.pairs
        total.equalPairs += more.equalPairs
        total.closePairs += more.closePairs
        total.zeroSteps += more.zeroSteps
        total.turns += more.turns
        total.doubleTurns += more.doubleTurns
    }
}

/// Counts the differences of neighbours in a plane of integers.
enum NeighborKernel {
    /// - Parameter plane: two axes, elements contiguous along the last one; integers.
    static func run(_ plane: StridedPixels, _ type: PixelType) -> NeighborCounts {
        switch type {
        case .bool, .uint8: count(plane, UInt8.self)
        case .uint16: count(plane, UInt16.self)
        case .uint32: count(plane, UInt32.self)
        case .uint64: count(plane, UInt64.self)
        case .int8: count(plane, Int8.self)
        case .int16: count(plane, Int16.self)
        case .int32: count(plane, Int32.self)
        case .int64: count(plane, Int64.self)
        case .float16, .float32, .float64: NeighborCounts()
        }
    }

    @inline(__always)
    private static func count<T: FixedWidthInteger & BitwiseCopyable>(
        _ plane: StridedPixels, _: T.Type
    ) -> NeighborCounts {
        let height = plane.shape[0], width = plane.shape[1]
        var counts = NeighborCounts()
        @inline(__always) func look(_ a: T, _ b: T) {
            guard a != 0 || b != 0 else { return }
            counts.pairs &+= 1
            if a == b {
                counts.equalPairs &+= 1
                return
            }
            let distance = a < b ? b &- a : a &- b
            if a != 0 && b != 0 {
                if distance >= 0 && distance <= 2 { counts.closePairs &+= 1 }
            } else if distance == 1 {
                counts.zeroSteps &+= 1
            }
        }
        @inline(__always) func look(_ a: T, _ b: T, _ c: T) {
            guard a != b || b != c else { return }
            counts.turns &+= 1
            if a != b && b != c { counts.doubleTurns &+= 1 }
        }
        for y in 0..<height {
            // Safety: rows y to y + 2 are read only where the plane has them, and columns likewise.
            let row = (plane.base + y * plane.strides[0]).assumingMemoryBound(to: T.self)
            let below = (plane.base + min(y + 1, height - 1) * plane.strides[0]).assumingMemoryBound(to: T.self)
            let next = (plane.base + min(y + 2, height - 1) * plane.strides[0]).assumingMemoryBound(to: T.self)
            for x in 0..<width {
                if x &+ 1 < width { look(row[x], row[x &+ 1]) }
                if x &+ 2 < width { look(row[x], row[x &+ 1], row[x &+ 2]) }
                if y &+ 1 < height { look(row[x], below[x]) }
                if y &+ 2 < height { look(row[x], below[x], next[x]) }
            }
        }
        return counts
    }
}
