import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The root of the output that a folder is, or is a part of.
struct OutputRoot {
    /// The root's folder.
    let store: DirectoryStore
    /// The key of the folder that was asked about.
    let key: StoreKey

    /// An image lies at most so many groups below the root: labels of a field of a plate.
    private static let deepest = 5

    /// Finds the nearest root.
    ///
    /// - Parameter document: what only a root has.
    /// - Returns: nil where the folder lies in no output that has such a document.
    init?(of store: DirectoryStore, having document: StoreKey) throws {
        guard let resolved = realpath(store.path, nil) else { return nil }
        defer { free(resolved) }
        var folder = String(cString: resolved), below: [String] = []
        for _ in 0..<Self.deepest {
            let root = try DirectoryStore(path: folder, create: false)
            if try root.size(document) != nil {
                self.store = root
                key = try StoreKey(below.joined(separator: "/"))
                return
            }
            guard folder != "/" else { return nil }
            below.insert(FilePlace.name(of: folder), at: 0)
            folder = FilePlace.folder(of: folder)
        }
        return nil
    }
}
