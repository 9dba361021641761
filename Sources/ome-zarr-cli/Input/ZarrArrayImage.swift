import OMEZarr
import Zarr

/// A plain array of two or more axes seen as an image of one level, so that it can be shown and converted.
///
/// Its axes are in the order OME-Zarr has them, whatever that of the array is: of an array with the axes x, y, z the image
/// has z, y, x.
struct ZarrArrayImage: ImageSource {
    let array: ZarrArray
    let description: ImageDescription
    /// For each axis of the image that of the array.
    let arrayAxes: [Int]

    /// - Parameters:
    ///   - axes: what the array's axes are; nil: what the array says of them.
    ///   - group: attributes of the group the array lies in, where N5 has distances and units.
    ///   - name: of the array in its group.
    /// - Throws: ``UsageError`` where the array has fewer than two axes or its elements are no pixels, or there is not one
    ///   description for each axis.
    init(_ array: ZarrArray, axes: [Axis]? = nil, in group: JSONValue, named name: String) throws {
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
        var stored =
            metadata.format == .n5
            ? N5Image.description(of: metadata, type, named: name, in: group)
            : ImageDescription(axes: metadata.axes, shape: metadata.shape, type: type)
        for (index, axis) in (axes ?? []).enumerated() {
            (stored.axes[index].name, stored.axes[index].kind) = (axis.name, axis.kind)
        }
        self.array = array
        arrayAxes = Self.order(of: stored.axes)
        description = stored.reordered(arrayAxes)
    }

    /// The places of axes in the order of time, channels or anything else, z, y, x.
    private static func order(of axes: [Axis]) -> [Int] {
        func rank(_ axis: Axis) -> Int {
            switch axis.kind {
            case .time: 0
            case .channel, .custom: 1
            case .space: 2 + (["z", "y", "x"].firstIndex(of: axis.name) ?? 0)
            }
        }
        // Axes of one rank stay in their order.
        return axes.indices.sorted { (rank(axes[$0]), $0) < (rank(axes[$1]), $1) }
    }

    func naturalReadShape(level: Int) -> [Int] { arrayAxes.map { array.metadata.naturalReadShape[$0] } }

    var identity: String { get throws { try [array].identity } }

    func makeReader() throws -> any RegionReader { Reader(array: try array.makeReader(), axes: arrayAxes) }

    private final class Reader: RegionReader {
        private let array: ZarrArrayReader
        /// For each axis of the array that of the image.
        private let axes: [Int]

        init(array: ZarrArrayReader, axes: [Int]) {
            self.array = array
            self.axes = axes.indices.map { place in axes.firstIndex(of: place) ?? place }
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            let place = Region(origin: axes.map { region.origin[$0] }, shape: axes.map { region.shape[$0] })
            let view = StridedPixels(
                base: pixels.base, shape: place.shape, strides: axes.map { pixels.strides[$0] }, type: pixels.type)
            try array.read(place, into: view)
        }
    }
}

extension ImageDescription {
    /// The image with its axes in another order.
    fileprivate func reordered(_ order: [Int]) -> ImageDescription {
        var image = self
        image.axes = order.map { axes[$0] }
        image.levels = levels.map { level in
            Level(
                shape: order.map { level.shape[$0] }, scale: order.map { level.scale[$0] },
                translation: order.map { level.translation[$0] })
        }
        return image
    }
}
