import OMEZarr
import Pyramid
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The manifest of the output that a folder is, or is a part of. It is told of what is changed on purpose, before and
/// after, so that `verify` takes neither the change nor the remains of one that was interrupted for damage.
struct OutputManifest {
    /// An image lies at most so many groups below the root: labels of a field of a plate.
    private static let deepest = 5

    /// Where the manifest is; nil where there is none.
    private let root: DirectoryStore?
    /// From there to the folder, with a "/" at its end.
    private let below: String

    /// - Throws: ``Refusal`` where the output is unfinished: what is changed now would be lost.
    init(of store: DirectoryStore) throws {
        var folder = store.path, below = "", root: DirectoryStore?
        if let resolved = realpath(folder, nil) {
            defer { free(resolved) }
            folder = String(cString: resolved)
        }
        for _ in 0..<Self.deepest where root == nil {
            let place = try DirectoryStore(path: folder, create: false)
            if let unfinished = try UnfinishedOutput(place) { throw unfinished.refusal(folder) }
            if try place.size(StoreKey(Manifest.file)) != nil { root = place }
            guard root == nil, folder != "/" else { break }
            below = FilePlace.name(of: folder) + "/" + below
            folder = FilePlace.folder(of: folder)
        }
        self.root = root
        self.below = below
    }

    /// Says what is about to be changed.
    ///
    /// - Parameter keys: of documents and groups in the store, which need not exist.
    func announce(_ keys: [StoreKey]) throws {
        if let root { try Manifest.announce(root, keys.map(keyInRoot)) }
    }

    /// Says that the change is done.
    func note(_ keys: [StoreKey]) throws {
        if let root { try Manifest.update(root, keys.map(keyInRoot)) }
    }

    /// Says that a change that was interrupted is done after all; nothing where none was.
    func settle(_ keys: [StoreKey]) throws {
        let unsettled = try keys.filter(isChanging)
        if !unsettled.isEmpty { try note(unsettled) }
    }

    /// True where a change was interrupted.
    func isChanging(_ key: StoreKey) throws -> Bool {
        guard let root, let contents = try ManifestContents(root) else { return false }
        return contents.isChanging(try keyInRoot(key))
    }

    private func keyInRoot(_ key: StoreKey) throws -> StoreKey { try StoreKey(below + key.path) }
}
