public import Zarr

/// What a key of a Zarr hierarchy holds, as far as images go.
public enum ImageKind: Sendable, Hashable {
    /// A multiscale image.
    case image
    /// A multiscale image whose values name objects.
    case labelImage
    /// The group that lists the label images of an image, by path.
    case labels([String])
    /// A plate; the paths of its wells.
    case plate(wells: [String])
    /// A well; the paths of its fields.
    case well(fields: [String])
    /// A collection of series (`bioformats2raw.layout`); the paths of its images.
    case bioFormats2Raw(series: [String])
    /// Images placed relative to each other (0.6); their paths.
    case scene(images: [String])
    /// A Zarr group that says nothing about images.
    case group
    /// A Zarr array.
    case array
}

/// What a key of a Zarr hierarchy holds, and in which versions.
public struct Identification: Sendable, Hashable {
    /// What it is.
    public var kind: ImageKind
    /// The OME-Zarr version it names; nil where it names none.
    public var version: String?
    /// The Zarr format it is stored in.
    public var zarrFormat: ZarrFormat
}

extension ImageKind {
    /// Series and fields beyond this are not listed: no instrument has as many, and a hostile store could go on forever.
    private static let listLimit = 1 << 20

    /// Finds out what a key holds.
    ///
    /// Reads the group's metadata and, for a collection of series, that of its `OME` group or of the series themselves.
    ///
    /// - Throws: ``OMEZarrError`` with code `.notFound` where nothing is stored there; ``ZarrError`` where a metadata
    ///   document is damaged.
    public static func identify(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> Identification {
        try identify(ZarrNode.require(store, key), store, key)
    }

    /// Finds out what a node is whose metadata have been read.
    static func identify(_ node: ZarrNode, _ store: any ReadableStore, _ key: StoreKey) throws -> Identification {
        let ome = OMEAttributes(node.attributes)
        return Identification(
            kind: try kind(node, ome.members, store, key), version: ome.version, zarrFormat: node.format)
    }

    private static func kind(
        _ node: ZarrNode, _ members: JSONObject, _ store: any ReadableStore, _ key: StoreKey
    ) throws -> ImageKind {
        if node.kind == .array { return .array }
        // What N5 calls multiscales is not what OME-Zarr does; ``N5Image`` reads it.
        if node.format == .n5 { return .group }
        // A plate takes precedence over the layout that may come with it.
        if let plate = members["plate"] { return .plate(wells: paths(plate["wells"])) }
        if members["multiscales"] != nil { return members["image-label"] == nil ? .image : .labelImage }
        if let well = members["well"] { return .well(fields: paths(well["images"])) }
        if members["bioformats2raw.layout"] != nil { return .bioFormats2Raw(series: try series(store, key)) }
        if let scene = members["scene"] { return .scene(images: images(scene)) }
        if let labels = members["labels"]?.array { return .labels(labels.compactMap(\.string)) }
        return .group
    }

    private static func paths(_ list: JSONValue?) -> [String] {
        (list?.array ?? []).prefix(listLimit).compactMap { $0["path"]?.string }
    }

    /// The images whose coordinate systems a scene's transformations name, each once.
    private static func images(_ scene: JSONValue) -> [String] {
        var seen = Set<String>()
        let transformations = (scene["coordinateTransformations"]?.array ?? []).prefix(listLimit)
        return transformations.flatMap { [$0["input"]?["path"]?.string, $0["output"]?["path"]?.string] }
            .compactMap { $0 }.filter { seen.insert($0).inserted }
    }

    /// The series an `OME` group lists; without a list, the consecutively numbered groups.
    private static func series(_ store: any ReadableStore, _ key: StoreKey) throws -> [String] {
        if let node = try ZarrNode.read(store, key.appending("OME")),
            let listed = OMEAttributes(node.attributes).members["series"]?.array
        {
            return listed.prefix(listLimit).compactMap(\.string)
        }
        var series = [String]()
        while series.count < listLimit, try ZarrNode.read(store, key.appending(String(series.count))) != nil {
            series.append(String(series.count))
        }
        return series
    }
}
