import OMEZarr
import Zarr

/// A plain Zarr array seen as an image of one level, so that `read` and `info` work on it.
///
/// Axes have the array's dimension names where each has one and y and x are among them; else they are t, c, z, y and x,
/// counted from the last.
struct ZarrArrayImage: ImageSource {
    let array: ZarrArray
    let description: ImageDescription

    /// - Throws: ``UsageError`` where the array has fewer than two axes.
    init(_ array: ZarrArray) throws {
        let metadata = array.metadata
        guard metadata.rank >= 2 else {
            throw UsageError("the array has \(metadata.rank) axes: only arrays of two or more can be read as an image")
        }
        guard let type = metadata.type.pixel else {
            throw UsageError("the array holds \(metadata.type), which are no pixels: choose npy or raw")
        }
        let given = (metadata.dimensionNames ?? []).compactMap { $0 }
        let isTold =
            given.count == metadata.rank && Set(given).count == given.count && given.contains("y")
            && given.contains("x")
        let plain = ["t", "c", "z", "y", "x"].suffix(metadata.rank)
        let axes = (0..<metadata.rank).map { index -> Axis in
            let place = index - metadata.rank + plain.count
            let standard = place >= 0 ? plain[plain.startIndex + place] : "axis\(index)"
            switch isTold ? given[index] : standard {
            case "t": return .t()
            case "c": return .c
            case let name: return Axis(name: name, kind: ["z", "y", "x"].contains(name) ? .space : .custom(nil))
            }
        }
        self.array = array
        description = ImageDescription(axes: axes, shape: metadata.shape, type: type)
    }

    func naturalReadShape(level: Int) -> [Int] {
        zip(array.metadata.innerChunkShape, array.metadata.shape).map { max(1, min($0, $1)) }
    }

    func makeReader() throws -> any RegionReader { Reader(array: try array.makeReader()) }

    private final class Reader: RegionReader {
        private let array: ZarrArrayReader

        init(array: ZarrArrayReader) { self.array = array }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            try array.read(region, into: pixels)
        }
    }
}
