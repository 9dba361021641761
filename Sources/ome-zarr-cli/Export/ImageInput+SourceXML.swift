import OMEZarr
import TiffIngest
import Zarr

extension ImageInput {
    /// The OME-XML the input holds or came with: a TIFF's own, else what `OME/source.ome.xml` keeps of the source byte
    /// for byte, else `OME/METADATA.ome.xml`; nil where there is none.
    ///
    /// - Throws: ``ZarrError`` where it cannot be read, or is larger than any could be.
    func sourceXML() throws -> [UInt8]? {
        switch self {
        case .tiff(let document): return document.omeXML
        case .zarr(let place, _):
            for name in ["OME/source.ome.xml", "OME/METADATA.ome.xml"] {
                let key = try place.key.appending(name)
                guard let size = try place.store.size(key) else { continue }
                guard size <= TiffLimits.standard.fieldBytes else {
                    throw ZarrError(
                        .limitExceeded,
                        "\(key) has \(size) bytes, the limit is \(TiffLimits.standard.fieldBytes): add --no-source-xml")
                }
                return try place.store.read(key)
            }
            return nil
        }
    }

    /// How many images the input has.
    func imageCount() throws -> Int {
        switch self {
        case .tiff(let document): return document.series.count
        case .zarr(let place, let identification):
            guard case .bioFormats2Raw = identification.kind else { return 1 }
            return try OMEZarrImage.imageKeys(place.store, place.key).count
        }
    }
}
