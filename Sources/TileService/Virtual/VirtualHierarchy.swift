import OMEZarr
import Pyramid
import Synchronization
import Zarr

/// The OME-Zarr that an item would be converted to: one image at its root, a plate, or several images in the layout of
/// bioformats2raw.
final class VirtualHierarchy: Sendable {
    private let catalogue: ImageCatalogue
    private let version: OMEZarrVersion
    private let generator: Generator
    private let places: VirtualPlaces
    /// Encoded objects, so that who asks for the size first, or for parts, does not make them twice.
    private let objects: SharedCache<ObjectKey, [UInt8]?>
    private let images = Mutex(CostCache<ImageKey, VirtualImage>(capacity: 64 << 10, largest: 1 << 10))

    private struct ObjectKey: Hashable {
        let image: ImageKey
        let key: StoreKey
    }

    private struct ImageKey: Hashable {
        let id: String
        let version: String
    }

    /// - Parameters:
    ///   - version: 0.4 is Zarr v2, 0.5 is Zarr v3.
    ///   - generator: the program, named in OME-XML that is written anew.
    init(_ catalogue: ImageCatalogue, _ version: OMEZarrVersion, generator: Generator) {
        self.catalogue = catalogue
        self.version = version
        self.generator = generator
        places = VirtualPlaces(catalogue, version, generator: generator)
        // There is one of these for each of two versions.
        let share = catalogue.objectBytes / 2
        objects = SharedCache(capacity: share, largest: min(share / 4, 16 << 20)) { $0?.count ?? 0 }
    }

    /// An object of an item; nil where there is none.
    func content(
        _ item: LibraryItem, _ key: StoreKey, for request: ServiceRequest
    ) throws -> (any AnswerContent)? {
        switch try places.find(item, key) {
        case .image(let id, let below): try content(ofImage: id, below, for: request)
        case .document(let bytes): BytesContent(bytes)
        case nil: nil
        }
    }

    /// An object of an image; nil where there is none.
    func content(
        ofImage id: String, _ key: StoreKey, for request: ServiceRequest
    ) throws -> (any AnswerContent)? {
        let image = try catalogue.image(id)
        let place = ObjectKey(image: ImageKey(id: id, version: image.version), key: key)
        let virtual = try virtual(image, place.image)
        guard let bytes = try objects.value(place, { try virtual.object(key, while: request.isWanted) }) else {
            return nil
        }
        var digest = Fingerprint()
        for part in [image.version, generator.version, version.rawValue, key.path] { digest.add(part) }
        return BytesContent(bytes, tag: digest.hexadecimal)
    }

    private func virtual(_ image: ServedImage, _ key: ImageKey) throws -> VirtualImage {
        if let known = images.withLock({ $0.find(key) }) { return known }
        let virtual = try VirtualImage(image, version)
        images.withLock { $0.insert(key, virtual, bytes: 0) }
        return virtual
    }
}
