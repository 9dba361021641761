import Pyramid
import Zarr

/// The manifest of the output that a folder is, or is a part of.
enum OutputManifest {
    /// Notes what was changed on purpose, so that `verify` does not take it for damage. Nothing happens where there is no
    /// manifest.
    ///
    /// - Parameter keys: of documents and groups in the store.
    static func note(_ keys: [StoreKey], changedIn store: DirectoryStore) throws {
        guard let root = try OutputRoot(of: store, having: StoreKey(Manifest.file)) else { return }
        try Manifest.update(root.store, keys.map { try root.key.appending($0.path) })
    }
}
