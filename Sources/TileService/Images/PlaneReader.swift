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
        let target = StridedPixels(
            base: plane.base, shape: [1] + plane.shape, strides: [0] + plane.strides, type: plane.type)
        try read(channels: channel..<channel + 1, z: z, x: x, y: y, into: target)
    }

    /// Reads the same part of planes of several channels, so that what is stored together is decoded once.
    ///
    /// - Parameters:
    ///   - channels: that the image has; a single one may lie beyond, then it is the last.
    ///   - planes: `[c, y, x]`.
    func read(channels: Range<Int>, z: Int, x: Int, y: Int, into planes: StridedPixels) throws {
        let region = region(channels: channels, z: z, x: x, y: y, width: planes.shape[2], height: planes.shape[1])
        var strides = region.shape.map { _ in 0 }
        if let channel = image.description.axes.firstIndex(where: { $0.kind == .channel }) {
            strides[channel] = planes.strides[0]
        }
        (strides[image.y], strides[image.x]) = (planes.strides[1], planes.strides[2])
        try reader.read(
            region, level: level,
            into: StridedPixels(base: planes.base, shape: region.shape, strides: strides, type: planes.type))
    }

    /// Where a part of planes lies in the level.
    func region(channels: Range<Int>, z: Int, x: Int, y: Int, width: Int, height: Int) -> Region {
        let description = image.description, shape = description.levels[level].shape
        var region = Region(origin: shape.map { _ in 0 }, shape: shape.map { _ in 1 })
        for (index, axis) in description.axes.enumerated() {
            switch (axis.kind, axis.name) {
            case (.channel, _):
                region.origin[index] = min(channels.lowerBound, shape[index] - 1)
                region.shape[index] = channels.count
            case (.time, _): region.origin[index] = min(t, shape[index] - 1)
            case (_, "z"): region.origin[index] = min(z, shape[index] - 1)
            default: break
            }
        }
        (region.origin[image.y], region.origin[image.x]) = (y, x)
        (region.shape[image.y], region.shape[image.x]) = (height, width)
        return region
    }
}
