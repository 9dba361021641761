/// The `attributes.json` of an N5 node.
///
/// Every directory is a group, with attributes or without; one whose attributes have `dimensions` is a dataset.
///
/// - Source: N5 specification 4.0.0.
package enum N5Attributes {
    /// The name of the document.
    package static let file = "attributes.json"

    /// Members that describe a dataset; what else stands beside them is the user's.
    static let reserved = ["dimensions", "blockSize", "dataType", "compression", "compressionType"]

    /// The attributes of a node, an object; nil where there is no N5 node.
    ///
    /// A directory without attributes is a group where one above it names the version of N5.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the document is damaged.
    package static func read(from store: any ReadableStore, _ key: StoreKey) throws -> JSONValue? {
        if let attributes = try document(store, key) { return attributes }
        var above = key.parent
        while let group = above {
            if try document(store, group)?["n5"] != nil { return try store.list(key).isEmpty ? nil : [:] }
            above = group.parent
        }
        return nil
    }

    /// True for the attributes of a dataset.
    package static func describeArray(_ attributes: JSONValue) -> Bool { attributes["dimensions"] != nil }

    private static func document(_ store: any ReadableStore, _ key: StoreKey) throws -> JSONValue? {
        let place = try key.appending(file)
        guard let json = try MetadataDocument.read(store, place) else { return nil }
        guard json.object != nil else {
            throw ZarrError(.corrupt, "\(place) of \(store.name) must hold an object, not \(json.excerpt)", key: place)
        }
        return json
    }
}

extension ZarrError {
    static let cannotWriteN5 = ZarrError(.unsupported, "N5 is read, not written: create Zarr v2 or v3")
}
