package import Zarr

/// What one key of a Zarr hierarchy holds: a group or an array, and its attributes.
///
/// More forgiving than opening it: an array whose codecs are unknown still has attributes, and a `.zattrs` without a
/// `.zgroup`, as some writers leave it, still is a group.
package struct ZarrNode: Sendable {
    /// A group or an array.
    package enum Kind: Sendable, Hashable { case group, array }

    package var kind: Kind
    package var format: ZarrFormat
    /// An object.
    package var attributes: JSONValue

    /// Reads the node at a key; nil where there is none. Zarr v3 comes first where several formats are present, then v2.
    ///
    /// - Throws: ``ZarrError`` where a metadata document is damaged or too large.
    package static func read(_ store: any ReadableStore, _ key: StoreKey) throws -> ZarrNode? {
        if let json = try MetadataDocument.read(store, key.appending("zarr.json")) {
            let kind: Kind = json["node_type"]?.string == "array" ? .array : .group
            return ZarrNode(kind: kind, format: .v3, attributes: object(json["attributes"]))
        }
        let array = try store.size(key.appending(".zarray")) != nil
        let attributes = try MetadataDocument.read(store, key.appending(".zattrs"))
        if try array || attributes != nil || store.size(key.appending(".zgroup")) != nil {
            return ZarrNode(kind: array ? .array : .group, format: .v2, attributes: object(attributes))
        }
        return try N5Attributes.read(from: store, key).map {
            ZarrNode(kind: N5Attributes.describeArray($0) ? .array : .group, format: .n5, attributes: $0)
        }
    }

    /// Reads the node at a key.
    ///
    /// - Throws: ``OMEZarrError`` with code `.notFound` where there is none, else as ``read(_:_:)``.
    package static func require(_ store: any ReadableStore, _ key: StoreKey) throws -> ZarrNode {
        if let node = try read(store, key) { return node }
        throw OMEZarrError(
            .notFound,
            "there is no array or group at \(key) in \(store.name): check the path; it should hold zarr.json, .zgroup, "
                + ".zarray or the attributes.json of N5",
            key: key)
    }

    private static func object(_ json: JSONValue?) -> JSONValue { json?.object.map { .object($0) } ?? [:] }
}
