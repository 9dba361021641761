import Pyramid
import Zarr

extension ConversionIdentity {
    /// How the output at a place was made, as it says itself; nil where it does not.
    ///
    /// - Throws: ``ZarrError`` where that cannot be read.
    init?(statedAt place: StorePath) throws {
        guard let document = try MetadataDocument.read(place.store, place.key.appending(Manifest.conversion)) else {
            return nil
        }
        self.init(json: document)
    }
}
