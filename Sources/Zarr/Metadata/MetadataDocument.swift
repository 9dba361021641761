/// The JSON documents that describe nodes: `zarr.json`, `.zarray`, `attributes.json` and the like.
package enum MetadataDocument {
    /// Largest document that is read, in bytes: plates of 1536 wells with their fields take a few MiB.
    private static let largestSize = 64 << 20

    /// Reads a document; nil where there is none. Its size is known before memory is taken, also in an archive.
    ///
    /// - Throws: ``ZarrError`` with code `.limitExceeded` where it is too large, `.corrupt` where it is not JSON.
    package static func read(_ store: any ReadableStore, _ key: StoreKey) throws -> JSONValue? {
        let block = ByteBlock()
        let isThere = try store.read(key, [.whole]) { _, count in
            guard count <= largestSize else {
                throw ZarrError(
                    .limitExceeded, "\(key) has \(count) bytes: metadata may have \(largestSize)", key: key)
            }
            block.reserve(count)
            block.count = count
            return block.base
        }
        guard isThere else { return nil }
        return try ZarrError.locating(key, "cannot read \(key) of \(store.name)") {
            try JSONValue.parse(Array(block.bytes))
        }
    }
}
