import Testing
import Zarr

/// Every store there is, filled with objects: those that can be written, and those that are made of others.
enum StoreKind: CaseIterable {
    case memory, directory, zipBeingWritten, zip, zipInMemory, deflatedZip
    case counting, caching, coalescing, readOnly, consolidated

    static let writable: [StoreKind] = [.memory, .directory, .zipBeingWritten]

    /// A store under test.
    struct Filled {
        let store: any ReadableStore
        /// Names at the root beside those of the objects.
        var ownNames: Set<String> = []
        /// What has to live as long as the store.
        var owner: AnyObject?
    }

    /// A store that can be written, empty.
    struct Empty {
        let store: any WritableStore
        var owner: AnyObject?
    }

    func empty() throws -> Empty {
        switch self {
        case .directory:
            let folder = try TemporaryFolder()
            return Empty(store: try DirectoryStore(path: folder.path, create: false), owner: folder)
        case .zipBeingWritten:
            let folder = try TemporaryFolder()
            return Empty(store: try ZipWriter(path: folder.path + "/a.zip"), owner: folder)
        default: return Empty(store: MemoryStore())
        }
    }

    func filled(_ objects: [(path: String, bytes: [UInt8])]) throws -> Filled {
        switch self {
        case .memory, .directory, .zipBeingWritten:
            let empty = try empty()
            for object in objects { try empty.store.write(StoreKey(object.path), object.bytes) }
            return Filled(store: empty.store, owner: empty.owner)
        case .zip:
            let folder = try TemporaryFolder(), path = folder.path + "/a.zip"
            let writer = try ZipWriter(path: path)
            for object in objects { try writer.write(StoreKey(object.path), object.bytes) }
            try writer.finish()
            return Filled(store: try ZipStore(path: path), owner: folder)
        case .zipInMemory, .deflatedZip:
            let method: UInt16 = self == .deflatedZip ? 8 : 0
            let entries = objects.map { ZipBuilder.Entry($0.path, $0.bytes, method: $0.bytes.isEmpty ? 0 : method) }
            return Filled(store: try ZipStore(bytes: ZipBuilder(entries: entries).archive()))
        case .counting: return Filled(store: CountingStore(try StoreKind.memory.filled(objects).store))
        case .caching: return Filled(store: CachingStore(try StoreKind.memory.filled(objects).store))
        case .coalescing: return Filled(store: CoalescingStore(try StoreKind.memory.filled(objects).store))
        case .readOnly: return Filled(store: ReadOnlyStore(try StoreKind.memory.filled(objects).store))
        case .consolidated:
            let document = Array(#"{"metadata": {"g/.zgroup": {"zarr_format": 2}}}"#.utf8)
            let base = try StoreKind.memory.filled(objects + [("own/.zmetadata", document)]).store
            return Filled(store: try ConsolidatedStore(base, at: StoreKey("own")), ownNames: ["own"])
        }
    }
}
