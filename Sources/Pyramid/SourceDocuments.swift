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
    private let store: any WritableStore
    private let version: OMEZarrVersion

    /// The documents at the root of a store.
    public init(in store: any WritableStore, version: OMEZarrVersion) {
        self.store = store
        self.version = version
    }

    /// Writes the group of a single image; no group where there is nothing to put into it.
    ///
    /// - Returns: what was not kept and why, one sentence each.
    public func write(_ images: [ImageDescription], omeXML: [UInt8]?, generator: Generator) throws -> [String] {
        var warnings: [String] = []
        let xml = Self.keep(images, omeXML, &warnings) ?? (try? Self.document(images, generator))
        if xml != nil || omeXML != nil { try write(xml, omeXML, attributes: [:]) }
        return warnings
    }

    /// Writes the group of a collection, which lists its series even where OME-XML has no word for an image.
    ///
    /// - Returns: what was not kept and why, one sentence each.
    func writeCollection(
        _ images: [ImageDescription], omeXML: [UInt8]?, generator: Generator
    ) throws -> [String] {
        var warnings: [String] = []
        var xml = Self.keep(images, omeXML, &warnings)
        do {
            xml = try xml ?? Self.document(images, generator)
        } catch {
            warnings.append("OME/METADATA.ome.xml was left out: \(error)")
        }
        let series = ContainerAttributes.omeGroup(series: images.indices.map(String.init), version)
        try write(xml, omeXML, attributes: series)
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

    private func write(_ xml: String?, _ source: [UInt8]?, attributes: JSONValue) throws {
        let group = try StoreKey("OME")
        // The group first: with its document it is known for a part of a Zarr, should the rest be interrupted.
        _ = try ZarrGroup.create(store, group, format: version.zarrFormat, attributes: attributes)
        if let xml { try store.write(group.appending("METADATA.ome.xml"), Array(xml.utf8)) }
        if let source { try store.write(group.appending("source.ome.xml"), source) }
    }

    /// The document of the source, where it describes these images; nil where it is to be written anew.
    private static func keep(
        _ images: [ImageDescription], _ source: [UInt8]?, _ warnings: inout [String]
    ) -> String? {
        guard let source else { return nil }
        let text = text(source)
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

    /// As the reader of OME-XML takes it: what is not UTF-8 is Latin-1.
    private static func text(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self)
            ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private static func document(_ images: [ImageDescription], _ generator: Generator) throws -> String {
        try OMEXMLWriter.document(images, creator: "\(generator.name) \(generator.version)")
    }
}
