public import Zarr

extension OMEZarrImage {
    /// The keys of all images at or below a key, in the order of the metadata: the image itself, the series of a
    /// collection, the fields of a well or plate, the listed label images.
    ///
    /// - Throws: ``OMEZarrError`` with code `.notFound` where nothing is stored at the key, `.notAnImage` where it is a
    ///   plain group or array.
    public static func imageKeys(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> [StoreKey] {
        let kind = try ImageKind.identify(store, key).kind
        switch kind {
        case .image, .labelImage: return [key]
        case .bioFormats2Raw(let paths), .well(let paths), .labels(let paths):
            return try unique(paths).map { try key.appending(trimmed: $0) }
        case .plate(let wells):
            return try unique(wells).flatMap { path -> [StoreKey] in
                let well = try key.appending(trimmed: path)
                guard case .well(let fields) = try ImageKind.identify(store, well).kind else { return [] }
                return try unique(fields).map { try well.appending(trimmed: $0) }
            }
        case .group, .array:
            throw OMEZarrError(.notAnImage, "\(key) in \(store.name) holds \(kind.phrase), no image", key: key)
        }
    }

    /// Opens all images ``imageKeys(_:_:)`` finds.
    public static func openAll(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> [OMEZarrImage] {
        try imageKeys(store, key).map { try open(store, $0) }
    }

    /// Paths a hostile list repeats are followed once.
    private static func unique(_ paths: [String]) -> [String] {
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }

    /// Where the `labels` group says its images lie, relative to it; none where there is no such group.
    public func labelPaths() throws -> [String] {
        let group = try key.appending("labels")
        guard try ZarrNode.read(store, group) != nil,
            case .labels(let paths) = try ImageKind.identify(store, group).kind
        else { return [] }
        return Self.unique(paths)
    }

    /// The label images of this image, opened, in the order of ``labelPaths()``.
    public func labels() throws -> [OMEZarrImage] {
        let group = try key.appending("labels")
        return try labelPaths().map { try Self.open(store, group.appending(trimmed: $0)) }
    }
}

extension StoreKey {
    /// The key of an object below this one, by a path as metadata write it: with "/" at its end or "./" before it.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the path could leave the store.
    package func appending(trimmed path: String) throws -> StoreKey {
        try appending(path.split(separator: "/").filter { $0 != "." }.joined(separator: "/"))
    }
}
