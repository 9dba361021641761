public import OMEZarr
public import Zarr

/// The `labels` group of an image: the label images that belong to it, and the list of them.
///
/// - Source: OME-Zarr 0.4 and 0.5, "labels" metadata.
public struct LabelGroup: Sendable {
    /// The group's place.
    public let key: StoreKey
    private let version: OMEZarrVersion

    /// The group of the image at a key.
    public init(ofImage image: StoreKey, version: OMEZarrVersion) throws {
        key = try image.appending("labels")
        self.version = version
    }

    /// Where a label image lies.
    public func key(of name: String) throws -> StoreKey { try key.appending(name) }

    /// The documents of the group itself, which ``list(_:in:)`` writes.
    public var documents: [StoreKey] {
        get throws {
            switch version {
            case .v04: try [key.appending(".zgroup"), key.appending(".zattrs")]
            case .v05: try [key.appending("zarr.json")]
            }
        }
    }

    /// The names the group lists, in order; none where there is no group.
    public func names(in store: any ReadableStore) throws -> [String] {
        try Self.names(of: ZarrNode.read(store, key))
    }

    private static func names(of node: ZarrNode?) -> [String] {
        guard let node else { return [] }
        return (OMEAttributes(node.attributes).members["labels"]?.array ?? []).compactMap(\.string)
    }

    private func node(in store: any ReadableStore, mending: Bool) throws -> ZarrNode? {
        do {
            return try ZarrNode.read(store, key)
        } catch let error as ZarrError where mending && error.code == .corrupt {
            return nil
        }
    }

    /// Lists label images besides those listed already. Whatever else the group says stays.
    ///
    /// - Parameter mending: whether a list that cannot be understood is taken for one that is missing, and made anew.
    public func list(_ names: [String], in store: any WritableStore, mending: Bool = false) throws {
        let node = try node(in: store, mending: mending), known = Self.names(of: node)
        let all = known + names.filter { !known.contains($0) }
        let written = ContainerAttributes.labels(all, version)
        var attributes = node?.attributes ?? written
        switch version {
        case .v04: attributes["labels"] = written["labels"]
        case .v05:
            var ome = attributes["ome"] ?? [:]
            ome["version"] = ome["version"] ?? written["ome"]?["version"]
            ome["labels"] = written["ome"]?["labels"]
            attributes["ome"] = ome
        }
        try ZarrGroup.create(store, key, format: version.zarrFormat, attributes: attributes)
    }
}
