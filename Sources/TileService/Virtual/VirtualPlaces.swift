import OMEZarr
import Pyramid
import Synchronization
import TiffIngest
import Zarr

/// Where the keys of a hierarchy lead that is nowhere stored as asked for: into its images, or to the groups around them,
/// whose documents are made here.
final class VirtualPlaces: Sendable {
    enum Place {
        /// An object of an image.
        case image(id: String, StoreKey)
        /// A document of a group, or beside it.
        case document([UInt8])
    }

    private let catalogue: ImageCatalogue
    private let version: OMEZarrVersion
    private let generator: Generator
    /// What stands around the images of a file.
    private let documents = Mutex(CostCache<Node, MemoryStore>(capacity: 64 << 20, largest: 16 << 20))
    /// Groups that are known to be images: chunks are asked for often.
    private let images = Mutex(CostCache<Node, Bool>(capacity: 1 << 20, largest: 1 << 10))

    private struct Node: Hashable {
        let id: String
        let version: FileVersion
    }

    init(_ catalogue: ImageCatalogue, _ version: OMEZarrVersion, generator: Generator) {
        self.catalogue = catalogue
        self.version = version
        self.generator = generator
    }

    /// - Returns: nil where the key leads nowhere.
    /// - Throws: what reading the documents of an item throws.
    func find(_ item: LibraryItem, _ key: StoreKey) throws -> Place? {
        let opened = try catalogue.library.open(item)
        switch opened.contents {
        case .tiff: return try find(opened, key)
        case .zarr(let store, let root): return try find(opened, store, root, key)
        }
    }

    /// In a file that would be converted.
    private func find(_ opened: OpenedItem, _ key: StoreKey) throws -> Place? {
        guard case .tiff(let document) = opened.contents, let layout = opened.layout else { return nil }
        let id = opened.item.id
        if case .image = layout.layout, !key.path.hasPrefix("OME/") { return .image(id: id, key) }
        if let (group, below) = layout.image(of: key) {
            return .image(id: ImageCatalogue.id(opened.item, group), below)
        }
        let around = try documents(around: document, layout, Node(id: id, version: opened.version))
        if let bytes = try around.read(key) { return .document(bytes) }
        // What is in no well of a plate is not converted, but has a number.
        let names = key.path.split(separator: "/", maxSplits: 1).map(String.init)
        guard names.count == 2, layout.series(at: [names[0]]) != nil else { return nil }
        return .image(id: "\(id)~\(names[0])", try StoreKey(names[1]))
    }

    /// What stands around the images of a file, as the end of a conversion would write it.
    private func documents(
        around document: TiffDocument, _ layout: DocumentLayout, _ node: Node
    ) throws -> MemoryStore {
        if let known = documents.withLock({ $0.find(node) }) { return known }
        let store = MemoryStore()
        let source = SourceDocuments(in: store, version: version, omeXML: document.omeXML, generator: generator)
        let images = layout.series.map { document.series[$0].description }
        _ = try layout.layout.begin(images, source)
        _ = try layout.layout.finish(images, source)
        documents.withLock { $0.insert(node, store, bytes: 2 * (document.omeXML?.count ?? 0) + 512 * images.count) }
        return store
    }

    /// In a hierarchy of another version.
    private func find(
        _ opened: OpenedItem, _ store: any ReadableStore, _ root: StoreKey, _ key: StoreKey
    ) throws -> Place? {
        let names = key.path.split(separator: "/").map(String.init)
        var image: Int?, group: (depth: Int, attributes: JSONValue)?
        for depth in names.indices {
            // In an image there are no groups but its labels.
            if let image, names[image] != "labels" { break }
            let path = names[..<depth].joined(separator: "/")
            let node = Node(id: ImageCatalogue.id(opened.item, path), version: opened.version)
            if images.withLock({ $0.find(node) }) ?? false {
                image = depth
                continue
            }
            let place = try root.appending(path)
            guard let found = try ZarrNode.read(store, place), found.kind == .group else { break }
            if try isImage(found, store, place) {
                image = depth
                images.withLock { $0.insert(node, true, bytes: 0) }
            } else {
                group = (depth, found.attributes)
            }
        }
        if let group, group.depth > image ?? -1 {
            guard group.depth == names.count - 1 else { return nil }
            return try document(names[group.depth], store, root.appending(key.path), group.attributes).map {
                .document($0)
            }
        }
        guard let image else { return nil }
        let id = ImageCatalogue.id(opened.item, names[..<image].joined(separator: "/"))
        return .image(id: id, try StoreKey(names[image...].joined(separator: "/")))
    }

    private func isImage(_ node: ZarrNode, _ store: any ReadableStore, _ key: StoreKey) throws -> Bool {
        if node.format == .n5 { return try N5Image(store, key) != nil }
        switch try ImageKind.identify(store, key).kind {
        case .image, .labelImage: return true
        default: return false
        }
    }

    /// A document of a group: of Zarr in our version, others as they are stored.
    private func document(
        _ name: String, _ store: any ReadableStore, _ key: StoreKey, _ attributes: JSONValue
    ) throws -> [UInt8]? {
        guard !["zarr.json", ".zgroup", ".zattrs", ".zarray", ".zmetadata", "attributes.json"].contains(name) else {
            let group = MemoryStore()
            let attributes = try OMEAttributes.attributes(
                OMEAttributes.upgraded(attributes) { _ in [] }, in: version)
            _ = try ZarrGroup.create(group, .root, format: version.zarrFormat, attributes: attributes)
            return try group.read(StoreKey(name))
        }
        guard let size = try store.size(key), size <= Self.longestDocument else { return nil }
        return try store.read(key)
    }

    /// OME-XML of the largest plates.
    private static let longestDocument = 64 << 20
}
