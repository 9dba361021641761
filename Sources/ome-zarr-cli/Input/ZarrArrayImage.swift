import OMEZarr
import Zarr

/// A plain array of two or more axes seen as an image of one level, so that it can be shown and converted.
struct ZarrArrayImage: ImageSource {
    let array: ZarrArray
    let description: ImageDescription

    /// - Parameter axes: what the axes are; nil: what the array says of them.
    /// - Throws: ``UsageError`` where the array has fewer than two axes or its elements are no pixels, or there is not one
    ///   description for each axis.
    init(_ array: ZarrArray, axes: [Axis]? = nil) throws {
        let metadata = array.metadata
        guard metadata.rank >= 2 else {
            throw UsageError(
                "an array of \(metadata.rank) axes is no image, which has two at least; 'ome-zarr read' writes it as npy or raw"
            )
        }
        guard let type = metadata.type.pixel else {
            throw UsageError(
                "the array holds \(metadata.type), which are no pixels; 'ome-zarr read' writes it as npy or raw")
        }
        guard axes.map({ $0.count == metadata.rank }) ?? true else {
            throw UsageError("the array has \(metadata.rank) axes, so --axes must name \(metadata.rank)")
        }
        self.array = array
        description = ImageDescription(axes: axes ?? metadata.axes, shape: metadata.shape, type: type)
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
