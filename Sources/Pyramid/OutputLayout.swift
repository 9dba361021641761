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

    /// Writes the groups around the images, the root last: call it when all images are complete.
    ///
    /// - Parameters:
    ///   - images: the images as they were written, in the order of their keys.
    ///   - omeXML: the metadata of the source, where they describe exactly these images.
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(
        _ images: [ImageDescription], omeXML: String?, in store: any WritableStore, version: OMEZarrVersion,
        generator: Generator
    ) throws -> [String] {
        switch self {
        case .image: []
        case .series:
            try SeriesCollection(in: store, version: version).finish(images, omeXML: omeXML, generator: generator)
        case .plate(let plate): try PlateCollection(plate, in: store, version: version).finish(omeXML: omeXML)
        }
    }
}
