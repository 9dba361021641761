import OMEZarr
import Pyramid
import Zarr

/// Reads parts of single planes `[y, x]` of one level of an image.
struct PlaneReader {
    private let image: ServedImage
    private let level: Int
    private let t: Int
    private let reader: any RegionReader

    /// - Parameter isWanted: asked now and then; where it says no, ``OnDemandPyramid/Unwanted`` is thrown.
    init(_ image: ServedImage, level: Int, t: Int, while isWanted: @escaping @Sendable () -> Bool) {
        self.image = image
        self.level = level
        self.t = t
        reader = image.pyramid.makeReader(while: isWanted)
    }

    /// Reads a part of a plane, as large as the view.
    ///
    /// - Parameters:
    ///   - z: in planes of the level.
    ///   - x: the first column.
    ///   - y: the first row.
    func read(channel: Int, z: Int, x: Int, y: Int, into plane: StridedPixels) throws {
        let description = image.description, shape = description.levels[level].shape
        var region = Region(origin: shape.map { _ in 0 }, shape: shape.map { _ in 1 })
        var strides = shape.map { _ in 0 }
        for (index, axis) in description.axes.enumerated() {
            switch (axis.kind, axis.name) {
            case (.channel, _): region.origin[index] = min(channel, shape[index] - 1)
            case (.time, _): region.origin[index] = min(t, shape[index] - 1)
            case (_, "z"): region.origin[index] = min(z, shape[index] - 1)
            default: break
            }
        }
        for (number, (index, first)) in [(image.y, y), (image.x, x)].enumerated() {
            region.origin[index] = first
            region.shape[index] = plane.shape[number]
            strides[index] = plane.strides[number]
        }
        try reader.read(
            region, level: level,
            into: StridedPixels(base: plane.base, shape: region.shape, strides: strides, type: plane.type))
    }
}
