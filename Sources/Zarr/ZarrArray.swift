/// An array of chunks in a store.
///
/// A value that threads share; each thread reads through its own ``ZarrArrayReader``.
///
/// - Source: Zarr v3 core; Zarr v2; N5.
public struct ZarrArray: Sendable {
    /// Shape, type, chunks and codecs.
    public let metadata: ArrayMetadata
    /// Where the chunks are.
    public let store: any ReadableStore
    /// The array's place in the store.
    public let key: StoreKey

    let pipeline: CodecPipeline

    /// An array whose metadata is known. Reads and writes nothing.
    ///
    /// - Throws: ``ZarrError`` with code `.unsupported` where a codec is unknown, `.corrupt` where the metadata
    ///   contradicts itself.
    public init(_ metadata: ArrayMetadata, _ store: any ReadableStore, _ key: StoreKey = .root) throws {
        pipeline = try ZarrError.locating(key, "the array cannot be used") {
            try metadata.check()
            return try CodecPipeline(
                metadata.codecs, chunkShape: metadata.chunkShape, type: metadata.type, fillValue: metadata.fillValue)
        }
        self.metadata = metadata
        self.store = store
        self.key = key
    }

    /// Opens an array of any format.
    ///
    /// - Throws: ``ZarrError`` with code `.notFound` where there is none, `.corrupt` or `.unsupported` where its
    ///   metadata is damaged or asks for what cannot be read.
    public static func open(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> ZarrArray {
        try ZarrArray(ArrayMetadata.read(from: store, key), store, key)
    }

    /// Creates an array by writing its metadata: `zarr.json`, or `.zarray` and `.zattrs`. Chunks that are there already
    /// stay. v2 has no place for dimension names.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the metadata contradicts itself, `.unsupported` where the
    ///   format cannot say it or is N5, `.ioFailure` where the machine fails.
    public static func create(
        _ store: any WritableStore, _ key: StoreKey, _ metadata: ArrayMetadata
    ) throws -> ZarrArray {
        try metadata.check(.invalidCall)
        let array = try ZarrArray(metadata, store, key)
        switch metadata.format {
        case .v3: try store.write(key.appending("zarr.json"), metadata.json().serialized(pretty: true))
        case .v2:
            let zarray = try metadata.zarrayJSON(), zattrs = try key.appending(".zattrs")
            if metadata.attributes.object?.isEmpty == false {
                try store.write(zattrs, metadata.attributes.serialized(pretty: true))
            } else {
                try store.remove(zattrs)
            }
            // The attributes come first: where .zarray is, the array is whole.
            try store.write(key.appending(".zarray"), zarray.serialized(pretty: true))
        case .n5: throw ZarrError.cannotWriteN5
        }
        return array
    }

    /// The key of a chunk's object.
    ///
    /// - Parameter index: the chunk's place on each axis of the grid.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where the grid has no such chunk.
    public func key(ofChunk index: [Int]) throws -> StoreKey {
        let grid = metadata.gridShape
        guard index.count == grid.count, zip(index, grid).allSatisfy({ 0..<$1 ~= $0 }) else {
            throw ZarrError(.invalidCall, "there is no chunk \(index) in a grid of \(grid)", key: key)
        }
        return try key.appending(metadata.key(ofChunk: index))
    }
}

extension ArrayMetadata {
    /// Reads the metadata of an array of any format: the newest where several are there.
    ///
    /// - Throws: ``ZarrError`` with code `.notFound` where there is no array, else as the initialisers.
    public static func read(from store: any ReadableStore, _ key: StoreKey = .root) throws -> ArrayMetadata {
        let v3 = try key.appending("zarr.json"), v2 = try key.appending(".zarray")
        if let document = try MetadataDocument.read(store, v3) {
            return try ZarrError.locating(v3, "cannot read \(v3) of \(store.name)") {
                try ArrayMetadata(json: document)
            }
        }
        if let zarray = try MetadataDocument.read(store, v2) {
            let attributes = try V2Attributes.read(from: store, key)
            return try ZarrError.locating(v2, "cannot read \(v2) of \(store.name)") {
                var metadata = try ArrayMetadata.v2(zarray: zarray, zattrs: attributes)
                let isSeparatorGiven = zarray["dimension_separator"].map { !$0.isNull } ?? false
                if !isSeparatorGiven, try metadata.hasNestedChunks(in: store, key) {
                    metadata.keyEncoding = .v2(.slash)
                }
                return metadata
            }
        }
        guard let attributes = try N5Attributes.read(from: store, key), N5Attributes.describeArray(attributes) else {
            throw ZarrError(
                .notFound,
                "there is no array at \"\(key)\" of \(store.name): neither zarr.json nor .zarray is there, nor an "
                    + "attributes.json with dimensions", key: key)
        }
        let n5 = try key.appending(N5Attributes.file)
        return try ZarrError.locating(n5, "cannot read \(n5) of \(store.name)") { try .n5(attributes: attributes) }
    }

    /// True where the chunks of an array that names no separator lie in folders, as writers have left them that forgot
    /// to say so. What the specification means by no separator is `.`.
    private func hasNestedChunks(in store: any ReadableStore, _ key: StoreKey) throws -> Bool {
        let first = [Int](repeating: 0, count: rank)
        // The first chunk is nearly always there: asking for it costs less than the names of all.
        guard rank >= 2, try store.size(key.appending(keyEncoding.key(ofChunk: first))) == nil else { return false }
        let names = try store.list(key)
        func isChunk(_ name: String, parts: Int) -> Bool {
            let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
            return numbers.count == parts
                && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
        }
        return names.contains { isChunk($0, parts: 1) } && !names.contains { isChunk($0, parts: rank) }
    }
}

/// The `.zattrs` of a v2 node.
enum V2Attributes {
    /// The attributes; an empty object where there are none.
    static func read(from store: any ReadableStore, _ key: StoreKey) throws -> JSONValue {
        let zattrs = try key.appending(".zattrs")
        guard let json = try MetadataDocument.read(store, zattrs) else { return .object([:]) }
        guard json.object != nil else {
            throw ZarrError(
                .corrupt, "\(zattrs) of \(store.name) must hold an object, not \(json.excerpt)", key: zattrs)
        }
        return json
    }
}
