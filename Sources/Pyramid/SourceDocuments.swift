public import OMEZarr
public import Zarr

/// The group `OME` at the root of an output: what its source said about the images, as OME-XML.
///
/// `OME/METADATA.ome.xml` describes exactly the images that were written: it is that of the source, to the letter but
/// for where the pixels lie, where it has the same images of the same sizes, and written anew elsewhere.
/// `OME/source.ome.xml` is that of the source, byte for byte.
///
/// - Source: OME-Zarr 0.4 and 0.5, "bioformats2raw.layout", for `METADATA.ome.xml`; the other file is our own.
public struct SourceDocuments: Sendable {
    let store: any WritableStore
    let version: OMEZarrVersion
    private let omeXML: [UInt8]?
    private let isUnchanged: Bool
    private let generator: Generator

    /// The documents at the root of a store.
    ///
    /// - Parameters:
    ///   - omeXML: that of the source; nil where it has none.
    ///   - isUnchanged: false where names or sizes were given anew, so that it no longer says what is true.
    ///   - generator: the program, named in what is written anew.
    public init(
        in store: any WritableStore, version: OMEZarrVersion, omeXML: [UInt8]?, isUnchanged: Bool = true,
        generator: Generator
    ) {
        self.store = store
        self.version = version
        self.omeXML = omeXML
        self.isUnchanged = isUnchanged
        self.generator = generator
    }

    /// Writes the group; none for a single image where there is nothing to put into it.
    ///
    /// - Parameters:
    ///   - images: those that are written, in their order.
    ///   - series: where they lie, which is listed even where OME-XML has no word for an image; nil for a single image.
    /// - Returns: what was not kept and why, one sentence each.
    func write(_ images: [ImageDescription], series: [String]? = nil) throws -> [String] {
        var warnings: [String] = []
        var xml = isUnchanged ? keep(images, &warnings) : nil
        do {
            xml = try xml ?? OMEXMLWriter.document(images, creator: "\(generator.name) \(generator.version)")
        } catch {
            if series != nil { warnings.append("OME/METADATA.ome.xml was left out: \(error)") }
        }
        guard series != nil || xml != nil || omeXML != nil else { return warnings }
        let group = try StoreKey("OME")
        // The group first: with its document it is known for a part of a Zarr, should the rest be interrupted.
        _ = try ZarrGroup.create(
            store, group, format: version.zarrFormat,
            attributes: series.map { ContainerAttributes.omeGroup(series: $0, version) } ?? [:])
        if let xml { try store.write(group.appending("METADATA.ome.xml"), Array(xml.utf8)) }
        if let omeXML { try store.write(group.appending("source.ome.xml"), omeXML) }
        return warnings
    }

    /// The OME-XML an OME-Zarr came with or was given, byte for byte; nil where it has none that can be read.
    public static func omeXML(of store: any ReadableStore, _ key: StoreKey) -> [UInt8]? {
        for name in ["OME/source.ome.xml", "OME/METADATA.ome.xml"] {
            guard let place = try? key.appending(name), let size = try? store.size(place), size <= mostBytes else {
                continue
            }
            if let bytes = try? store.read(place) { return bytes }
        }
        return nil
    }

    /// As much as a TIFF may carry.
    private static let mostBytes = 256 << 20

    /// The document of the source, where it describes these images; nil where it is to be written anew.
    private func keep(_ images: [ImageDescription], _ warnings: inout [String]) -> String? {
        guard let omeXML else { return nil }
        let text = OMEXMLMetadataOnly.text(omeXML)
        do {
            let sizes = try OMEXMLMetadataOnly.sizes(text)
            if sizes == images.map(OMEXMLMetadataOnly.sizes) { return try OMEXMLMetadataOnly.convert(text) }
            // Who picked one image of several knows that the others are missing.
            if sizes.count <= images.count {
                warnings.append(
                    "the OME-XML of the source describes other images and was written anew; OME/source.ome.xml is as it was"
                )
            }
        } catch {
            warnings.append("the OME-XML of the source is damaged and was written anew: \(error)")
        }
        return nil
    }
}
