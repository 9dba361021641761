import HTTPTypes
import Zarr

/// `/zarr/<image>/<key>`: the bytes of a hierarchy as they are stored, or as if a TIFF had been converted to OME-Zarr 0.5;
/// `/zarr2/<image>/<key>`: any image as OME-Zarr 0.4.
///
/// What is not there is 404, whatever the reason: clients take anything else for a broken server, not for an empty chunk.
struct ZarrEndpoint: Endpoint {
    let library: ImageLibrary
    let virtual: VirtualHierarchy
    /// Whether what is stored as Zarr is passed through.
    let passesThrough: Bool

    func answer(_ request: ServiceRequest, _ path: ArraySlice<String>) throws -> Answer {
        guard let name = path.first else {
            throw ServiceError.notFound("name an image: /zarr/<image>/<key>; /api/images lists those there are")
        }
        let (id, item, inside) = try find(name)
        let key = try Self.key(path.dropFirst())
        let content =
            if item.kind != .tiff && passesThrough {
                try stored(item, Self.key(inside[...]).appending(key.path))
            } else {
                try virtual.content(item, Self.key(inside[...]).appending(key.path), for: request)
            }
        guard let content else { throw ServiceError.notFound("there is no object \(key.path) in \"\(id)\"") }
        return Answer(type: Self.mediaType(key), content)
    }

    /// Chunks that lie in files of which the system has all in memory, which are most: they are looked at again and again.
    func answerAtOnce(_ request: ServiceRequest, _ path: ArraySlice<String>) -> Answer? {
        guard passesThrough, let id = path.first, let (item, inside) = library.known(id), item.kind == .zarr,
            let key = try? Self.key(ArraySlice(inside + path.dropFirst())), Self.mediaType(key) == Self.chunkType,
            let file = ServedFile(cached: item.path + "/" + key.path, in: item.root)
        else { return nil }
        return Answer(type: Self.chunkType, file)
    }

    /// An image by its id, behind which `.zarr` may stand where it ends otherwise: napari opens only what is called so.
    private func find(_ name: String) throws -> (id: String, item: LibraryItem, inside: [String]) {
        let suffix = ".zarr"
        let id = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
        do {
            let (item, inside) = try library.find(name)
            // No image of a TIFF has a name, only a number.
            if id == name || inside.isEmpty || item.kind != .tiff { return (name, item, inside) }
        } catch let error as ServiceError where error.status == .notFound {
            guard id != name else { throw error }
        }
        let (item, inside) = try library.find(id)
        return (id, item, inside)
    }

    private func stored(_ item: LibraryItem, _ key: StoreKey) throws -> (any AnswerContent)? {
        guard item.kind == .archive else { return try ServedFile(item.path + "/" + key.path, in: item.root) }
        let opened = try library.open(item)
        guard case .zarr(let store, let root) = opened.contents else { return nil }
        return try StoredContent(store, root.appending(key.path), version: opened.version)
    }

    private static func key(_ names: ArraySlice<String>) throws -> StoreKey {
        do {
            return try StoreKey(names.joined(separator: "/"))
        } catch {
            throw ServiceError(error)
        }
    }

    private static let chunkType = "application/octet-stream"

    /// JSON for documents, so that browsers show them; chunks are bytes.
    private static func mediaType(_ key: StoreKey) -> String {
        switch key.name {
        case "zarr.json", ".zattrs", ".zarray", ".zgroup", ".zmetadata", "attributes.json": "application/json"
        case let name where name.hasSuffix(".xml"): "application/xml"
        default: chunkType
        }
    }
}

/// An object of a store that is no plain folder.
struct StoredContent: AnswerContent {
    let tag: String
    private let store: any ReadableStore
    private let key: StoreKey
    private let size: Int

    /// - Parameter version: of the file the store lies in.
    /// - Returns: nil where there is no such object.
    init?(_ store: any ReadableStore, _ key: StoreKey, version: FileVersion) throws {
        guard let size = try store.size(key) else { return nil }
        self.store = store
        self.key = key
        self.size = size
        var digest = Fingerprint()
        digest.add(key.path)
        tag = version.tag + "-" + digest.hexadecimal
    }

    func count() -> Int { size }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard let base = buffer.baseAddress else { return }
        let isThere = try store.read(key, [.from(offset: offset, count: buffer.count)]) { _, _ in base }
        guard isThere else { throw ServiceError(.internalServerError, "io", "\(key) is not there any more") }
    }
}
