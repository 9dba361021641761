import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder a conversion writes into: never one that holds something else.
struct ConversionOutput {
    let path: String

    private static let rootDocuments = ["zarr.json", ".zgroup", ".zattrs", ".zarray", ".zmetadata"]

    /// - Throws: ``Refusal`` where something lies at the path that may not be replaced.
    func check(overwrite: Bool) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT != S_IFREG else {
            throw Refusal("\(path) is a file; choose the name of a folder that does not exist yet")
        }
        let entries = try DirectoryStore(path: path, create: false).list(.root)
        if entries.isEmpty { return }
        guard overwrite else {
            throw Refusal("\(path) exists: add --overwrite to replace it, or choose another name")
        }
        guard try isZarr() else {
            throw Refusal(
                "\(path) is a folder that holds no Zarr; --overwrite replaces nothing else, choose another name")
        }
    }

    /// Opens the store, empty. What was there goes, the documents that made it an image first.
    func open() throws -> DirectoryStore {
        let store = try DirectoryStore(path: path, create: true)
        for name in Self.rootDocuments { try store.remove(StoreKey(name)) }
        for name in try store.list(.root) { try store.remove(StoreKey(name)) }
        return store
    }

    /// True for a Zarr, and for what an interrupted conversion left: arrays without a root.
    private func isZarr() throws -> Bool {
        let store = try DirectoryStore(path: path, create: false)
        return try ["", "0/", "0/0/"].contains { folder in
            try Self.rootDocuments.contains { try store.size(StoreKey(folder + $0)) != nil }
        }
    }
}
