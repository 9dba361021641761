import OMEZarr
import Pyramid
import Synchronization
import TiffIngest
import Zarr

/// The OME-Zarr that an item would be converted to: one image at its root, or several in the layout of bioformats2raw.
final class VirtualHierarchy: Sendable {
    private let catalogue: ImageCatalogue
    private let version: OMEZarrVersion
    private let generator: Generator
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
        // There is one of these for each of two versions.
        let share = catalogue.objectBytes / 2
        objects = SharedCache(capacity: share, largest: min(share / 4, 16 << 20)) { $0?.count ?? 0 }
    }

    /// An object of an item; nil where there is none.
    func content(_ item: LibraryItem, _ key: StoreKey) throws -> (any AnswerContent)? {
        guard item.kind == .tiff else { return try content(ofImage: item.id, key) }
        let opened = try catalogue.library.open(item)
        guard case .tiff(let document) = opened.contents else { return nil }
        let names = key.path.split(separator: "/", maxSplits: 1).map(String.init)
        if document.series.count > 1, let first = names.first, let number = Int(first) {
            guard document.series.indices.contains(number), String(number) == first, names.count == 2 else {
                return nil
            }
            return try content(ofImage: "\(item.id)~\(number)", StoreKey(names[1]))
        }
        if document.series.count == 1, names.first != "OME" { return try content(ofImage: item.id, key) }
        let around = ObjectKey(image: ImageKey(id: item.id, version: opened.version.tag), key: key)
        let bytes = try objects.value(around) { try documents(around: document).read(key) }
        return bytes.map { BytesContent($0) }
    }

    /// What stands around the images of a file.
    private func documents(around document: TiffDocument) throws -> MemoryStore {
        let store = MemoryStore()
        let documents = SourceDocuments(in: store, version: version, omeXML: document.omeXML, generator: generator)
        let images = document.series.map(\.description)
        let layout: OutputLayout = images.count > 1 ? .series : .image
        _ = try layout.begin(images, documents)
        _ = try layout.finish(images, documents)
        return store
    }

    /// An object of an image; nil where there is none.
    func content(ofImage id: String, _ key: StoreKey) throws -> (any AnswerContent)? {
        let image = try catalogue.image(id)
        let place = ObjectKey(image: ImageKey(id: id, version: image.version), key: key)
        let virtual = try virtual(image, place.image)
        guard let bytes = try objects.value(place, { try virtual.object(key) }) else { return nil }
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
