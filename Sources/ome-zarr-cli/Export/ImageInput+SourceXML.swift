import OMEZarr
import TiffIngest
import Zarr

extension ImageInput {
    /// The OME-XML the input holds or came with, and why it is not kept where there is one that says no longer what the
    /// images say: a TIFF's own, else what `OME/source.ome.xml` keeps byte for byte where `OME/METADATA.ome.xml` is still
    /// made of it, else what another program wrote into `OME/METADATA.ome.xml`.
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
            if let metadata, OMEXMLMetadataOnly.describes(metadata, source: source) { return (source, nil) }
            return (
                nil,
                "the OME-XML of the source is not kept but written anew: OME/METADATA.ome.xml does not say that it "
                    + "describes these images"
            )
        }
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
