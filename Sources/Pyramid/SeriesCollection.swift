public import OMEZarr
import Zarr

/// The root of several images that belong together, in the layout of bioformats2raw: images in groups 0, 1, 2, …, and
/// the metadata they came with in `OME/METADATA.ome.xml`.
///
/// - Source: OME-Zarr 0.4 and 0.5, "bioformats2raw.layout".
public struct SeriesCollection: Sendable {
    private let documents: SourceDocuments

    /// A collection at the root of the store that the documents go to.
    public init(_ documents: SourceDocuments) { self.documents = documents }

    /// Writes everything but the images, the root last: call it when all images are complete.
    ///
    /// - Parameter images: the images as they were written, in the order of their groups 0, 1, 2, ….
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(_ images: [ImageDescription]) throws -> [String] {
        let warnings = try documents.write(images, series: images.indices.map(String.init))
        _ = try ZarrGroup.create(
            documents.store, .root, format: documents.version.zarrFormat,
            attributes: ContainerAttributes.bioFormats2Raw(documents.version))
        return warnings
    }
}
