/// A node that holds arrays and other groups, and attributes.
///
/// - Source: Zarr v3 core, "Group metadata"; Zarr v2, "Hierarchies"; N5, "groups".
public struct ZarrGroup: Sendable {
    /// Where the group is.
    public let store: any ReadableStore
    /// The group's place in the store.
    public let key: StoreKey
    /// The format of its documents.
    public let format: ZarrFormat
    /// The user's attributes, verbatim; an object.
    public let attributes: JSONValue

    // Consolidated metadata may be stale, so it is never needed and never believed.
    private static let known: Set<String> = ["zarr_format", "node_type", "attributes", "consolidated_metadata"]

    /// Opens a group of any format: the newest where several are there.
    ///
    /// - Throws: ``ZarrError`` with code `.notFound` where there is none, `.corrupt` or `.unsupported` where its
    ///   metadata is damaged or asks for what cannot be understood.
    public static func open(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> ZarrGroup {
        let v3 = try key.appending("zarr.json"), v2 = try key.appending(".zgroup")
        if let json = try MetadataDocument.read(store, v3) {
            return try ZarrError.locating(v3, "cannot read \(v3) of \(store.name)") {
                try NodeDocument.check(json, isArray: false, known: known)
                return ZarrGroup(
                    store: store, key: key, format: .v3, attributes: json["attributes"] ?? .object([:]))
            }
        }
        if let json = try MetadataDocument.read(store, v2) {
            try ZarrError.locating(v2, "cannot read \(v2) of \(store.name)") {
                let version = json["zarr_format"]
                guard version?.int == 2 else {
                    throw ZarrError(.corrupt, "\"zarr_format\" must be 2, not \(version?.excerpt ?? "missing")")
                }
            }
            return ZarrGroup(
                store: store, key: key, format: .v2, attributes: try V2Attributes.read(from: store, key))
        }
        guard let attributes = try N5Attributes.read(from: store, key), !N5Attributes.describeArray(attributes) else {
            throw ZarrError(
                .notFound,
                "there is no group at \"\(key)\" of \(store.name): neither zarr.json nor .zgroup is there, nor an "
                    + "attributes.json of N5", key: key)
        }
        return ZarrGroup(store: store, key: key, format: .n5, attributes: attributes)
    }

    /// Creates a group by writing its metadata, and replaces that of a group already there: `zarr.json`, or `.zgroup`
    /// and `.zattrs`. The groups above it are the caller's to create.
    ///
    /// - Parameter attributes: an object.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the attributes are no object, `.unsupported` where the
    ///   format is N5, `.ioFailure` where the machine fails.
    @discardableResult
    public static func create(
        _ store: any WritableStore, _ key: StoreKey = .root, format: ZarrFormat = .v3,
        attributes: JSONValue = .object([:])
    ) throws -> ZarrGroup {
        guard attributes.object != nil else {
            throw ZarrError(.invalidCall, "the attributes must be an object, not \(attributes.excerpt)", key: key)
        }
        switch format {
        case .v3:
            let json: JSONValue = ["zarr_format": 3, "node_type": "group", "attributes": attributes]
            try store.write(key.appending("zarr.json"), json.serialized(pretty: true))
        case .v2:
            let json: JSONValue = ["zarr_format": 2]
            // The attributes come first: where .zgroup is, the group is whole.
            try store.write(key.appending(".zattrs"), attributes.serialized(pretty: true))
            try store.write(key.appending(".zgroup"), json.serialized(pretty: true))
        case .n5: throw ZarrError.cannotWriteN5
        }
        return ZarrGroup(store: store, key: key, format: format, attributes: attributes)
    }
}
