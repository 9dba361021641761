import OMEZarr
import Zarr

/// Places where an image is looked at before it is read as a whole: windows of one size, spread evenly over all axes.
struct SampleGrid {
    /// The windows, in C order of their places.
    let regions: [Region]

    /// - Parameters:
    ///   - window: elements of a window on each axis; cut where the image is smaller.
    ///   - alignment: windows begin at multiples of these, as blocks of the source do.
    ///   - most: windows at the most; at least 1.
    init(_ shape: [Int], window: [Int], alignment: [Int], most: Int) {
        let window = zip(window, shape).map { min($0, $1) }
        let places = zip(shape, window).map { ($0 + $1 - 1) / $1 }
        var counts = [Int](repeating: 1, count: shape.count)
        // One more along the axis that is covered least, as long as there is room.
        while let axis = shape.indices.filter({ counts[$0] < places[$0] })
            .max(by: { Double(places[$0]) / Double(counts[$0]) < Double(places[$1]) / Double(counts[$1]) })
        {
            counts[axis] += 1
            guard counts.saturatingProduct() <= most else {
                counts[axis] -= 1
                break
            }
        }
        regions = GridIndices(counts).map { index in
            let origin = index.indices.map { axis in
                let share = Double(2 * index[axis] + 1) / Double(2 * counts[axis])
                let middle = Int(Double(shape[axis]) * share) - window[axis] / 2
                let first = max(0, min(middle, shape[axis] - window[axis]))
                return first / alignment[axis] * alignment[axis]
            }
            return Region(
                origin: origin, shape: origin.indices.map { min(window[$0], shape[$0] - origin[$0]) })
        }
    }

    /// The extents that samples are taken from: all of level 0; where pixels can only be decoded in sequence, the first
    /// rows of the first plane, because what lies far down costs all that is above it.
    ///
    /// - Parameter budget: decoded bytes.
    static func reach(of source: any ImageSource, budget: Int) -> [Int] {
        let image = source.description
        guard source.maximumReaders == 1, image.shape.count >= 2 else { return image.shape }
        var shape = source.naturalReadShape(level: 0)
        let y = shape.count - 2
        shape[y + 1] = image.shape[y + 1]
        let rowBytes = (shape[..<y] + shape[(y + 1)...]).reduce(image.type.size) { $0.saturatingMultiplied(by: $1) }
        shape[y] = min(image.shape[y], max(shape[y], budget / max(rowBytes, 1)))
        return shape
    }

    /// Bytes of the blocks of the source that a window touches at the most.
    static func cost(_ window: [Int], natural: [Int], of image: ImageDescription) -> Int {
        let covered = window.indices.map { axis -> Int in
            let side = natural[axis], extent = image.shape[axis]
            let blocks = (min(window[axis], extent) - 1) / side + (window[axis] % side == 0 ? 1 : 2)
            return min(blocks.saturatingMultiplied(by: side), extent)
        }
        return covered.saturatingProduct(times: image.type.size)
    }
}
