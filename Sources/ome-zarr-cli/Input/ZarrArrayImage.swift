import OMEZarr
import Zarr

/// A plain array of two or more axes seen as an image of one level, so that it can be shown and converted.
struct ZarrArrayImage: ImageSource {
    let array: ZarrArray
    let description: ImageDescription

    /// - Throws: ``UsageError`` where the array has fewer than two axes or its elements are no pixels.
    init(_ array: ZarrArray) throws {
        let metadata = array.metadata
        guard metadata.rank >= 2 else {
            throw UsageError("an array of \(metadata.rank) axes is no image: choose npy or raw")
        }
        guard let type = metadata.type.pixel else {
            throw UsageError("the array holds \(metadata.type), which are no pixels: choose npy or raw")
        }
        self.array = array
        description = ImageDescription(axes: metadata.axes, shape: metadata.shape, type: type)
    }

    func naturalReadShape(level: Int) -> [Int] { array.metadata.naturalReadShape }

    var identity: String { get throws { try [array].identity } }

    func makeReader() throws -> any RegionReader { Reader(array: try array.makeReader()) }

    private final class Reader: RegionReader {
        private let array: ZarrArrayReader

        init(array: ZarrArrayReader) { self.array = array }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            try array.read(region, into: pixels)
        }
    }
}
