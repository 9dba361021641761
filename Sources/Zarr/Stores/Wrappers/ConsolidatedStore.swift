/// A store whose metadata documents come from one consolidated document, so that opening a hierarchy costs one read.
///
/// At and below the group, `zarr.json`, `.zarray`, `.zgroup` and `.zattrs` are served from memory, and those that are
/// not consolidated count as absent. Listing a group gives its documents and nodes. Everything else comes from the
/// store behind. The consolidated document may be older than the hierarchy: then what is new in it is not seen.
///
/// - Source: Zarr v3 core, "Consolidated metadata"; for v2 the `.zmetadata` of zarr-python.
public struct ConsolidatedStore: ReadableStore {
    // Nothing is consolidated in N5, and so what is absent here is not looked for as N5 behind.
    private static let documentNames: Set<String> = ["zarr.json", ".zarray", ".zgroup", ".zattrs", N5Attributes.file]

    private let base: any ReadableStore
    private let group: StoreKey
    private let documents: [StoreKey: [UInt8]]
    /// The keys of arrays; what is listed there is chunks.
    private let arrays: Set<StoreKey>

    /// Reads the consolidated document of a group: that in its `zarr.json`, else its `.zmetadata`.
    ///
    /// - Throws: ``ZarrError`` with code `.notFound` where there is none, `.corrupt` where it is damaged,
    ///   `.unsupported` where it is of another kind.
    public init(_ base: any ReadableStore, at group: StoreKey = .root) throws {
        self.base = base
        self.group = group
        var documents = [StoreKey: [UInt8]](), arrays = Set<StoreKey>()
        for (key, document) in try Self.documents(of: base, at: group) {
            documents[key] = document.serialized()
            let isArray = key.name == ".zarray" || document["node_type"]?.string == "array"
            if isArray, let node = key.parent { arrays.insert(node) }
        }
        (self.documents, self.arrays) = (documents, arrays)
    }

    /// The name of the store behind.
    public var name: String { base.name }

    /// The whole object; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? {
        isDocument(key) ? documents[key] : try base.read(key)
    }

    /// Parts of an object; nil where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        guard isDocument(key) else { return try base.read(key, ranges) }
        guard let document = documents[key] else { return nil }
        return try ZarrError.locating(key, "\(key) is too short") {
            try ranges.map { Array(document[try $0.resolved(in: document.count)]) }
        }
    }

    /// Parts of an object, to where the caller wants them; false where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        guard isDocument(key) else { return try base.read(key, ranges, into: place) }
        guard let document = documents[key] else { return false }
        return try ZarrError.locating(key, "\(key) is too short") {
            try document.withUnsafeBytes { try MemorySource(bytes: $0).read(ranges, into: place) }
        }
    }

    /// The object's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? {
        isDocument(key) ? documents[key]?.count : try base.size(key)
    }

    /// The names directly below a key, sorted; of a group, only documents and nodes. Costs a look at every document.
    public func list(_ key: StoreKey) throws -> [String] {
        guard group.isAtOrAbove(key.path), !arrays.contains(key) else { return try base.list(key) }
        let names = documents.keys.lazy.map(\.path).names(directlyBelow: key)
        return try names.isEmpty ? base.list(key) : names
    }

    private func isDocument(_ key: StoreKey) -> Bool {
        Self.documentNames.contains(key.name) && group.isAtOrAbove(key.path)
    }
}

extension ConsolidatedStore {
    private static func documents(
        of base: any ReadableStore, at group: StoreKey
    ) throws -> [(key: StoreKey, document: JSONValue)] {
        let v3 = try group.appending("zarr.json"), v2 = try group.appending(".zmetadata")
        if let document = try MetadataDocument.read(base, v3) {
            return try ZarrError.locating(v3, "cannot read the consolidated metadata in \(v3) of \(base.name)") {
                let consolidated = document["consolidated_metadata"] ?? nil
                guard !consolidated.isNull else { throw none(base, group) }
                guard consolidated["kind"]?.string ?? "inline" == "inline" else {
                    throw ZarrError(
                        .unsupported, "their kind must be \"inline\", not \((consolidated["kind"] ?? nil).excerpt)")
                }
                return try members(consolidated, of: group, suffix: "/zarr.json") + [(v3, document)]
            }
        }
        guard let document = try MetadataDocument.read(base, v2) else { throw none(base, group) }
        return try ZarrError.locating(v2, "cannot read \(v2) of \(base.name)") {
            try members(document, of: group, suffix: "")
        }
    }

    /// The documents, each at its path below the group.
    private static func members(
        _ consolidated: JSONValue, of group: StoreKey, suffix: String
    ) throws -> [(key: StoreKey, document: JSONValue)] {
        guard let members = consolidated["metadata"]?.object else {
            throw ZarrError(
                .corrupt,
                "\"metadata\" must be an object of documents, not \(consolidated["metadata"]?.excerpt ?? "missing")")
        }
        return try members.map { path, document in
            guard let key = try? group.appending(path + suffix) else {
                throw ZarrError(.corrupt, "\(JSONValue.string(path).excerpt) in \"metadata\" is no path of a node")
            }
            return (key, document)
        }
    }

    private static func none(_ base: any ReadableStore, _ group: StoreKey) -> ZarrError {
        ZarrError(
            .notFound,
            "there are no consolidated metadata at \"\(group)\" of \(base.name): neither \"consolidated_metadata\" in "
                + "zarr.json nor .zmetadata; read the store itself", key: group)
    }
}
