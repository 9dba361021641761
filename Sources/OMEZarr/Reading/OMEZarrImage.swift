public import Zarr

/// A multiscale image in a Zarr store, of OME-Zarr 0.1 to 0.6, read with goodwill.
public struct OMEZarrImage: ImageSource {
    /// The store the image lies in.
    public let store: any ReadableStore
    /// The key of the image's group.
    public let key: StoreKey
    /// The version the metadata names; nil where it names none.
    public let version: String?
    /// The metadata as read.
    public let metadata: ImageMetadata
    /// The attributes of the image's group, to the letter.
    public let attributes: JSONValue
    /// One array for each level, in the order of the metadata, finest first. One may hold another type than level 0, as
    /// some writers averaged labels into floats: it keeps its number, and refuses to be read as this image.
    public let levels: [ZarrArray]
    /// What the image is: axes, levels, type, channels.
    public let description: ImageDescription

    /// Opens the image whose group lies at a key.
    ///
    /// Costs the group's metadata and that of each level; no pixels are read.
    ///
    /// - Throws: ``OMEZarrError``, `.notFound` where nothing is stored there, `.notAnImage` where it is something else
    ///   (the message says what, and what can be opened instead), `.corrupt` where axes and arrays contradict each
    ///   other; ``ZarrError`` where a level's array cannot be opened.
    public static func open(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> OMEZarrImage {
        let node = try ZarrNode.require(store, key)
        let identification = try ImageKind.identify(node, store, key)
        switch identification.kind {
        case .image, .labelImage: return try OMEZarrImage(store, key, node, version: identification.version)
        case let kind:
            throw OMEZarrError(
                .notAnImage, "\(key) in \(store.name) holds \(kind.phrase), not an image\(kind.advice)", key: key)
        }
    }

    /// Opens the image in a folder.
    ///
    /// - Throws: as ``open(_:_:)``.
    public static func open(path: String) throws -> OMEZarrImage {
        try open(DirectoryStore(path: path, create: false))
    }

    private init(_ store: any ReadableStore, _ key: StoreKey, _ node: ZarrNode, version: String?) throws {
        self.store = store
        self.key = key
        self.version = version
        attributes = node.attributes
        let place = "the image at \(key) in \(store.name)"
        do {
            let arrays = try ImageMetadata.datasetPaths(in: node.attributes).map {
                try ZarrArray.open(store, key.appending($0))
            }
            let type = try Self.pixelType(arrays[0])
            var metadata = try ImageMetadata(
                reading: node.attributes, shapes: arrays.map(\.metadata.shape), type: type)
            for (index, array) in arrays.enumerated() where array.metadata.type != .pixel(type) {
                metadata.warnings.append("level \(index) holds \(array.metadata.type), level 0 \(type): it is not read")
            }
            levels = arrays
            description = metadata.description(shapes: levels.map(\.metadata.shape))
            self.metadata = metadata
        } catch let error as OMEZarrError {
            throw OMEZarrError(error.code, "cannot open \(place)", key: key, cause: error)
        } catch let error as ZarrError where error.code == .notFound {
            throw OMEZarrError(.corrupt, "cannot open \(place): a level is missing", key: key, cause: error)
        }
    }

    private static func pixelType(_ array: ZarrArray) throws -> PixelType {
        guard let type = array.metadata.type.pixel else {
            throw OMEZarrError(
                .unsupported, "\(array.key) holds \(array.metadata.type), which are no pixels", key: array.key)
        }
        return type
    }

    /// The shape of a chunk, or of an inner chunk of a shard, as far as the level reaches.
    public func naturalReadShape(level: Int) -> [Int] {
        let metadata = levels[level].metadata
        return zip(metadata.innerChunkShape, metadata.shape).map { max(1, min($0, $1)) }
    }

    /// A whole chunk, however little of it lies in the level: as stored, as decoded, and in between.
    public func readerBytes(level: Int) -> Int {
        let metadata = levels[level].metadata
        return metadata.innerChunkShape.saturatingProduct(times: 3 * metadata.type.size)
    }

    /// A digest of the documents of the image and of its levels.
    public var identity: String {
        get throws {
            var digest = Fingerprint()
            digest.add(attributes.serialized())
            digest.add(try levels.identity)
            return digest.hexadecimal
        }
    }

    /// What was kept of the source when the image was written; nil where nothing was.
    public var provenance: JSONValue? { attributes["ome-zarr"]?["source"] }

    /// A reader for one worker.
    public func makeReader() throws -> any RegionReader { OMEZarrReader(levels) }
}

/// Reads regions of the levels of an image; opens a level's reader when it is first needed.
package final class OMEZarrReader: RegionReader {
    private let levels: [ZarrArray]
    private var readers: [ZarrArrayReader?]

    package init(_ levels: [ZarrArray]) {
        self.levels = levels
        readers = [ZarrArrayReader?](repeating: nil, count: levels.count)
    }

    package func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
        guard levels.indices.contains(level) else {
            throw OMEZarrError(
                .invalidCall, "there is no level \(level): the image has levels 0 to \(levels.count - 1)")
        }
        let type = levels[level].metadata.type
        guard type == levels[0].metadata.type else {
            throw OMEZarrError(
                .unsupported,
                "level \(level) holds \(type), the image \(levels[0].metadata.type): read another level, or the array by its own path",
                key: levels[level].key)
        }
        let reader = try readers[level] ?? levels[level].makeReader()
        readers[level] = reader
        try reader.read(region, into: pixels)
    }
}

extension ImageKind {
    /// The kind in words, with an article.
    public var phrase: String {
        switch self {
        case .image: "an image"
        case .labelImage: "a label image"
        case .labels(let paths): "a list of \(paths.count) label images"
        case .plate(let wells): "a plate of \(wells.count) wells"
        case .well(let fields): "a well of \(fields.count) fields"
        case .bioFormats2Raw(let series): "a collection of \(series.count) series"
        case .scene(let images): "a scene of \(images.count) images"
        case .group: "a plain group"
        case .array: "a plain array"
        }
    }

    /// What to open instead, as the end of a sentence; empty where there is nothing to propose.
    fileprivate var advice: String {
        let below: String? =
            switch self {
            case .labels(let paths), .plate(let paths), .well(let paths), .bioFormats2Raw(let paths), .scene(let paths):
                paths.first
            case .image, .labelImage, .group, .array: nil
            }
        return below.map { ": open one of its parts, such as \"\($0)\"" } ?? ""
    }
}
