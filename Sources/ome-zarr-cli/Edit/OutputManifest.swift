import OMEZarr
import Pyramid
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The manifest of the output that a folder is, or is a part of.
enum OutputManifest {
    /// An image lies at most so many groups below the root: labels of a field of a plate.
    private static let deepest = 5

    /// Notes what was changed on purpose, so that `verify` does not take it for damage. Nothing happens where there is no
    /// manifest.
    ///
    /// - Parameter keys: of documents and groups in the store.
    static func note(_ keys: [StoreKey], changedIn store: DirectoryStore) throws {
        guard let resolved = realpath(store.path, nil) else { return }
        defer { free(resolved) }
        var folder = String(cString: resolved), below = ""
        for _ in 0..<deepest {
            let root = try DirectoryStore(path: folder, create: false)
            if try root.size(StoreKey(Manifest.file)) != nil {
                return try Manifest.update(root, keys.map { try StoreKey(below + $0.path) })
            }
            guard folder != "/" else { return }
            below = FilePlace.name(of: folder) + "/" + below
            folder = FilePlace.folder(of: folder)
        }
    }
}
