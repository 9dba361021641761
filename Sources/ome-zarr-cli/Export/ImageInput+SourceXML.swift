import OMEZarr
import TiffIngest
import Zarr

extension ImageInput {
    /// The OME-XML the input holds or came with, and why it is not kept where nothing holds it that says what the images
    /// say: a TIFF's own; of an OME-Zarr `OME/source.ome.xml`, byte for byte, where `OME/METADATA.ome.xml` is still made of
    /// it, else `OME/METADATA.ome.xml`, where it says more than the images do.
    ///
    /// - Throws: ``ZarrError`` where it cannot be read, or is larger than any could be.
    func sourceXML() throws -> (xml: [UInt8]?, warning: String?) {
        switch self {
        case .tiff(let document): return (document.omeXML, nil)
        case .zarr(let place, _):
            let metadata = try Self.document("OME/METADATA.ome.xml", place)
            guard let source = try Self.document("OME/source.ome.xml", place) else {
                return (metadata.flatMap { OMEXMLMetadataOnly.isWrittenAnew($0) ? nil : $0 }, nil)
            }
            guard let metadata else { return (nil, Self.kept("there is no OME/METADATA.ome.xml that relies on it")) }
            if OMEXMLMetadataOnly.describes(metadata, source: source) { return (source, nil) }
            // Edited since, as the images were.
            if !OMEXMLMetadataOnly.isWrittenAnew(metadata) { return (metadata, nil) }
            return (nil, Self.kept("it describes other images, or other things of them, than are here"))
        }
    }

    private static func kept(_ reason: String) -> String {
        "the OME-XML of the source is not kept but written anew: \(reason); OME/source.ome.xml has it"
    }

    private static func document(_ name: String, _ place: StorePath) throws -> [UInt8]? {
        let key = try place.key.appending(name)
        guard let size = try place.store.size(key) else { return nil }
        guard size <= TiffLimits.standard.fieldBytes else {
            throw ZarrError(
                .limitExceeded,
                "\(key) has \(size) bytes, the limit is \(TiffLimits.standard.fieldBytes): add --no-source-xml")
        }
        return try place.store.read(key)
    }
}
