extension ZipStore {
    private static let documents = ["zarr.json", ".zgroup", ".zarray", ".zattrs", "attributes.json"]
    // Whoever zips a folder from afar packs a few folders around it, not many.
    private static let mostFolders = 16

    /// Where the hierarchy in the archive begins: the root, or the folder that was zipped with everything in it.
    ///
    /// A key without a metadata document that holds one folder and nothing else is passed through; hidden names and
    /// those beginning with "__", which macOS adds, do not count.
    public func hierarchyKey() throws -> StoreKey {
        var key = StoreKey.root
        for _ in 0..<Self.mostFolders {
            let names = try list(key)
            let visible = names.filter { !$0.hasPrefix(".") && !$0.hasPrefix("__") }
            guard !names.contains(where: Self.documents.contains), visible.count == 1 else { break }
            let only = try key.appending(visible[0])
            guard try size(only) == nil else { break }
            key = only
        }
        return key
    }
}
