public import OMEZarr
public import Zarr

/// The root of several images that belong together, in the layout of bioformats2raw: images in groups 0, 1, 2, …, and
/// the metadata they came with in `OME/METADATA.ome.xml`.
///
/// - Source: OME-Zarr 0.4 and 0.5, "bioformats2raw.layout".
public struct SeriesCollection: Sendable {
    private let store: any WritableStore
    private let version: OMEZarrVersion

    /// A collection at the root of a store.
    public init(in store: any WritableStore, version: OMEZarrVersion) {
        self.store = store
        self.version = version
    }

    /// The group of one image.
    public func key(ofSeries number: Int) throws -> StoreKey { try StoreKey(String(number)) }

    /// Writes everything but the images, the root last: call it when all images are complete.
    ///
    /// - Parameters:
    ///   - images: the images as they were written, in the order of their groups.
    ///   - omeXML: the metadata of the source; see ``SourceDocuments`` for what becomes of them.
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(_ images: [ImageDescription], omeXML: [UInt8]?, generator: Generator) throws -> [String] {
        let warnings = try SourceDocuments(in: store, version: version)
            .writeCollection(images, omeXML: omeXML, generator: generator)
        _ = try ZarrGroup.create(
            store, .root, format: version.zarrFormat, attributes: ContainerAttributes.bioFormats2Raw(version))
        return warnings
    }
}
