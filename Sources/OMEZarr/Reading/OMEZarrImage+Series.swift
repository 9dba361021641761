public import Zarr

extension OMEZarrImage {
    /// The keys of all images at or below a key, in the order of the metadata: the image itself, the series of a
    /// collection, the fields of a well or plate, the images of a scene, the listed label images.
    ///
    /// - Parameter skipping: told of each part whose metadata are missing or damaged, which is then left out; where nil,
    ///   the first ends the search.
    /// - Throws: ``OMEZarrError`` with code `.notFound` where nothing is stored at the key, `.notAnImage` where it is a
    ///   plain group or array; what is wrong with a part, where it is not skipped.
    public static func imageKeys(
        _ store: any ReadableStore, _ key: StoreKey = .root, skipping: ((any Error) -> Void)? = nil
    ) throws -> [StoreKey] {
        let kind = try ImageKind.identify(store, key).kind
        switch kind {
        case .image, .labelImage: return [key]
        case .bioFormats2Raw(let paths), .well(let paths), .labels(let paths), .scene(let paths):
            return try unique(paths).compactMap { path in try skip(skipping) { try key.appending(trimmed: path) } }
        case .plate(let wells):
            return try unique(wells).flatMap { path in
                try skip(skipping) { try fields(store, key.appending(trimmed: path), skipping) } ?? []
            }
        case .group, .array:
            throw OMEZarrError(.notAnImage, "\(key) in \(store.name) holds \(kind.phrase), no image", key: key)
        }
    }

    /// Opens all images ``imageKeys(_:_:skipping:)`` finds.
    ///
    /// - Parameter skipping: told of each image that cannot be opened where there are several, and of each part that
    ///   cannot be looked into; where nil, the first error is thrown.
    public static func openAll(
        _ store: any ReadableStore, _ key: StoreKey = .root, skipping: ((any Error) -> Void)? = nil
    ) throws -> [OMEZarrImage] {
        let keys = try imageKeys(store, key, skipping: skipping)
        return try keys.compactMap { image in try skip(image == key ? nil : skipping) { try open(store, image) } }
    }

    private static func fields(
        _ store: any ReadableStore, _ well: StoreKey, _ skipping: ((any Error) -> Void)?
    ) throws -> [StoreKey] {
        guard case .well(let fields) = try ImageKind.identify(store, well).kind else { return [] }
        return try unique(fields).compactMap { path in try skip(skipping) { try well.appending(trimmed: path) } }
    }

    /// What a closure gives; nil where it throws and somebody wants to hear of it.
    private static func skip<Value>(_ skipping: ((any Error) -> Void)?, _ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch {
            guard let skipping else { throw error }
            skipping(error)
            return nil
        }
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
