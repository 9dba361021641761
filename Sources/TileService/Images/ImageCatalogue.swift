import OMEZarr
import Pyramid
import Synchronization
import TiffIngest
import Zarr

/// Finds images by their ids, and keeps those opened that were looked at last.
final class ImageCatalogue: Sendable {
    let library: ImageLibrary
    /// Decoded blocks of all images.
    let blocks: BlockCache
    /// Bytes of what else is made of images and remembered: objects of hierarchies that are nowhere stored.
    let objectBytes: Int
    /// Pictures as they are sent.
    private let pictures: ServedImage.Pictures
    private let images = Mutex(CostCache<Key, ServedImage>(capacity: 512 << 10, largest: 1 << 10))

    private struct Key: Hashable {
        let id: String
        let version: FileVersion
    }

    /// - Parameter cacheBytes: of all that is remembered, together.
    init(_ library: ImageLibrary, cacheBytes: Int) {
        self.library = library
        // A picture is some hundredth of the pixels it is made of: so many are of as many pixels as the blocks hold.
        let share = cacheBytes / 16
        pictures = ServedImage.Pictures(capacity: share, largest: share / 4, bytes: \.count)
        objectBytes = min(share, 128 << 20)
        blocks = BlockCache(capacity: cacheBytes - share - objectBytes)
    }

    /// An image by its id; of several that an item holds the first, where the id names only the item.
    ///
    /// - Throws: ``ServiceError`` with status 404 where there is no such image; what opening it throws.
    func image(_ id: String) throws -> ServedImage {
        let (item, inside) = try library.find(id)
        let opened = try library.open(item)
        let key = Key(id: id, version: opened.version)
        if let known = images.withLock({ $0.find(key) }) { return known }
        let image = try open(opened, inside, id: id)
        // Two who come at once open it twice; the blocks of one are forgotten in time.
        images.withLock { $0.insert(key, image, bytes: 0) }
        return image
    }

    /// The ids of the images in an item, not more than a list can show.
    func imageIDs(_ item: LibraryItem, limit: Int) throws -> [String] {
        let opened = try library.open(item)
        switch opened.contents {
        case .tiff(let document):
            guard document.series.count > 1 else { return [item.id] }
            return document.series.indices.prefix(limit).map { "\(item.id)~\($0)" }
        case .zarr(let store, let root):
            let keys = try OMEZarrImage.imageKeys(store, root, skipping: { _ in })
            return keys.prefix(limit).map { Self.id(item, $0, root) }
        }
    }

    private func open(_ opened: OpenedItem, _ inside: [String], id: String) throws -> ServedImage {
        let version = opened.version.tag
        switch opened.contents {
        case .tiff(let document):
            guard inside.count <= 1, let number = Int(inside.first ?? "0"), document.series.indices.contains(number)
            else {
                throw ServiceError.notFound(
                    "\"\(opened.item.id)\" has series 0 to \(document.series.count - 1): there is no \"\(id)\"")
            }
            let image = document.series[number]
            return try ServedImage(
                image, id: id, name: image.description.name ?? opened.item.name, version: version, labels: [],
                cache: blocks, pictures: pictures)
        case .zarr(let store, let root):
            var key = try root.appending(inside.joined(separator: "/"))
            if inside.isEmpty, let first = try? OMEZarrImage.imageKeys(store, root, skipping: { _ in }).first {
                key = first
            }
            if let image = try N5Image(store, key) {
                return try ServedImage(
                    image, id: id, name: opened.item.name, version: version, labels: [], cache: blocks,
                    pictures: pictures)
            }
            let image = try OMEZarrImage.open(store, key)
            let labels = (try? image.labelPaths()) ?? []
            return try ServedImage(
                image, id: id, name: image.description.name ?? opened.item.name, version: version,
                labels: labels.compactMap { path in
                    (try? key.appending("labels").appending(trimmed: path)).map { Self.id(opened.item, $0, root) }
                }, cache: blocks, pictures: pictures)
        }
    }

    private static func id(_ item: LibraryItem, _ key: StoreKey, _ root: StoreKey) -> String {
        let below = key.path.dropFirst(root.path.count).split(separator: "/").map(String.init)
        return below.isEmpty ? item.id : item.id + "~" + ImageID.text(below)
    }
}
