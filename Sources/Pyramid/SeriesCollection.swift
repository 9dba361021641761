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
    /// The specification wants the OME-XML to describe exactly these images, in this order. Where that of the source does
    /// not, or is damaged, it is written anew; where OME-XML has no word for an image, the collection goes without.
    ///
    /// - Parameters:
    ///   - images: the images as they were written, in the order of their groups.
    ///   - omeXML: the metadata of the source, kept to the letter but for where the pixels lie.
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(_ images: [ImageDescription], omeXML: String?, generator: Generator) throws -> [String] {
        var warnings: [String] = []
        let group = try StoreKey("OME")
        if let xml = metadata(images, omeXML, generator, &warnings) {
            try store.write(group.appending("METADATA.ome.xml"), Array(xml.utf8))
        }
        let series = ContainerAttributes.omeGroup(series: images.indices.map(String.init), version)
        _ = try ZarrGroup.create(store, group, format: version.zarrFormat, attributes: series)
        _ = try ZarrGroup.create(
            store, .root, format: version.zarrFormat, attributes: ContainerAttributes.bioFormats2Raw(version))
        return warnings
    }

    private func metadata(
        _ images: [ImageDescription], _ given: String?, _ generator: Generator, _ warnings: inout [String]
    ) -> String? {
        do {
            if let given, try OMEXMLMetadataOnly.imageCount(given) == images.count {
                return try OMEXMLMetadataOnly.convert(given)
            }
            if given != nil { warnings.append("the OME-XML of the source describes other images and was written anew") }
        } catch {
            warnings.append("the OME-XML of the source is damaged and was written anew: \(error)")
        }
        do {
            return try OMEXMLWriter.document(images, creator: "\(generator.name) \(generator.version)")
        } catch {
            warnings.append("OME/METADATA.ome.xml was left out: \(error)")
            return nil
        }
    }
}
