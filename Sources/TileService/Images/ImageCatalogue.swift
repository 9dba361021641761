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
    let pictures: ServedImage.Pictures
    private let images = Mutex(CostCache<Key, ServedImage>(capacity: 512 << 10, largest: 1 << 10))

    private struct Key: Hashable {
        let id: String
        let version: FileVersion
    }

    /// - Parameters:
    ///   - cacheBytes: of all that is remembered, together.
    ///   - folder: where blocks that were made are kept beyond this process.
    init(_ library: ImageLibrary, cacheBytes: Int, folder: BlockFolder? = nil) {
        self.library = library
        // A picture is some hundredth of the pixels it is made of: so many are of as many pixels as the blocks hold.
        let share = cacheBytes / 16
        pictures = ServedImage.Pictures(capacity: share, largest: share / 4, bytes: \.count)
        objectBytes = min(share, 128 << 20)
        blocks = BlockCache(capacity: cacheBytes - share - objectBytes, folder: folder)
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

    /// The images in an item, by their ids, and where they lie in it.
    func members(_ item: LibraryItem) throws -> [(id: String, place: Membership?)] {
        try ItemMembers(library.open(item)).images.map { path, place in (Self.id(item, path), place) }
    }

    /// Where an image lies in its item; nil where it is all of it.
    func place(of id: String) throws -> Membership? {
        let (item, inside) = try library.find(id)
        let members = try ItemMembers(library.open(item)).images
        // Who names only the item sees the first.
        let path = inside.isEmpty ? members.first?.path : inside.joined(separator: "/")
        return members.first { $0.path == path }?.place
    }

    private func open(_ opened: OpenedItem, _ inside: [String], id: String) throws -> ServedImage {
        let version = opened.version.tag
        switch opened.contents {
        case .tiff(let document):
            guard let number = opened.layout?.series(at: inside), document.series.indices.contains(number) else {
                throw ServiceError.notFound(
                    "\"\(opened.item.id)\" has series 0 to \(document.series.count - 1): there is no \"\(id)\"")
            }
            let image = document.series[number]
            return try ServedImage(
                image, id: id, name: image.description.name ?? opened.item.name, version: version, labels: [],
                cache: blocks, pictures: pictures,
                // Of Zarr the version says nothing of the chunks: those are not kept.
                lastingName: "\(opened.item.path)\n\(opened.version.device) \(version)\n\(number)")
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
                    (try? key.appending("labels").appending(trimmed: path)).map {
                        Self.id(opened.item, String($0.path.dropFirst(root.path.count)))
                    }
                }, cache: blocks, pictures: pictures)
        }
    }

    /// - Parameter path: of the group of an image, relative to the item.
    static func id(_ item: LibraryItem, _ path: String) -> String {
        let names = path.split(separator: "/").map(String.init)
        return names.isEmpty ? item.id : item.id + "~" + ImageID.text(names)
    }
}
