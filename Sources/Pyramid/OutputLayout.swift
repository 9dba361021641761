public import OMEZarr
public import Zarr

/// Where the images of a conversion lie in their store, and what the groups around them say.
public enum OutputLayout: Sendable, Hashable {
    /// One image, which is the root.
    case image
    /// Images in numbered groups, in the layout of bioformats2raw.
    case series
    /// The fields of the wells of a plate.
    case plate(Plate)

    /// The group of each image, in the order of the images.
    ///
    /// - Parameter count: how many images there are; of a plate as many as it has fields.
    public func keys(count: Int) throws -> [StoreKey] {
        switch self {
        case .image: [.root]
        case .series: try (0..<count).map { try StoreKey(String($0)) }
        case .plate(let plate): try plate.imagePaths.map { try StoreKey($0) }
        }
    }

    /// Writes what must be there before the first image is whole: of an image that is the root, everything about it.
    ///
    /// - Parameter images: the images as planned, in the order of their keys.
    /// - Returns: what was not kept and why, one sentence each.
    public func begin(_ images: [ImageDescription], _ documents: SourceDocuments) throws -> [String] {
        guard case .image = self else { return [] }
        return try documents.write(images)
    }

    /// Writes the groups around the images, the root last: call it when all images are complete.
    ///
    /// - Parameter images: the images as they were written, in the order of their keys.
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(_ images: [ImageDescription], _ documents: SourceDocuments) throws -> [String] {
        switch self {
        case .image: []
        case .series: try SeriesCollection(documents).finish(images)
        case .plate(let plate): try PlateCollection(plate, documents).finish(images)
        }
    }
}
