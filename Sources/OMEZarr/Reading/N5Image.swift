public import Zarr

/// A multiscale image as N5 has it: a group whose datasets s0, s1 … are the levels.
///
/// Its lists name x first, and are reversed here as the axes of the datasets are. A level says by `downsamplingFactors`
/// how many pixels of s0 became one of its own; the group may say so for all, also as `scales`. Distances stand in the
/// group or in s0, as `resolution` with `units` or as `pixelResolution`.
///
/// - Source: neuroglancer, "N5 data source"; n5-viewer, "Container structure".
public struct N5Image: ImageSource {
    /// One array for each level, finest first.
    public let levels: [ZarrArray]
    /// What the image is: axes, levels, type.
    public let description: ImageDescription
    /// What the group says besides: all but the members N5 and its programs describe an image by.
    public let furtherAttributes: JSONObject

    /// More levels halve nothing that a computer could hold.
    private static let levelLimit = 64

    /// Opens the image whose group lies at a key. Costs the attributes of the group and of each level.
    ///
    /// - Returns: nil where there is no dataset s0.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where levels contradict each other, `.unsupported` where they hold
    ///   no pixels; ``ZarrError`` where a level cannot be opened.
    public init?(_ store: any ReadableStore, _ key: StoreKey = .root) throws {
        guard let group = try ZarrNode.read(store, key), group.kind == .group, group.format == .n5 else { return nil }
        var levels = [ZarrArray]()
        while levels.count < Self.levelLimit {
            let level = try key.appending("s\(levels.count)")
            guard try ZarrNode.read(store, level)?.kind == .array else { break }
            levels.append(try ZarrArray.open(store, level))
        }
        guard let first = levels.first else { return nil }
        guard let type = first.metadata.type.pixel else {
            throw OMEZarrError(.unsupported, "\(first.key) holds \(first.metadata.type), no pixels", key: first.key)
        }
        for level in levels
        where level.metadata.rank != first.metadata.rank || level.metadata.type != first.metadata.type {
            throw OMEZarrError(
                .corrupt,
                "\(level.key) is \(level.metadata.type) of shape \(level.metadata.shape), \(first.key) is "
                    + "\(first.metadata.type) of shape \(first.metadata.shape): the levels of an image have one type and "
                    + "as many axes", key: level.key)
        }
        self.levels = levels
        furtherAttributes = Self.others(group.attributes)
        description = ImageDescription(
            axes: Self.axes(group.attributes, first.metadata),
            levels: Self.levels(levels.map(\.metadata), group.attributes), type: type)
    }

    /// The shape of a chunk, as far as the level reaches.
    public func naturalReadShape(level: Int) -> [Int] { levels[level].metadata.naturalReadShape }

    /// A whole chunk as stored, as decoded, and in between.
    public func readerBytes(level: Int) -> Int {
        let metadata = levels[level].metadata
        return metadata.chunkShape.saturatingProduct(times: 3 * metadata.type.size)
    }

    /// A digest of the documents of the levels.
    public var identity: String { get throws { try levels.identity } }

    /// A reader for one worker.
    public func makeReader() throws -> any RegionReader { OMEZarrReader(levels) }
}

extension N5Image {
    private static let vocabulary = [
        "n5", "multiscales", "multiScale", "axes", "units", "resolution", "pixelResolution", "downsamplingFactors",
        "scales",
    ]

    /// The members of attributes that are neither N5's nor OME-Zarr's.
    package static func others(_ attributes: JSONValue) -> JSONObject {
        var others = OMEAttributes.others(attributes)
        for name in vocabulary { others[name] = nil }
        return others
    }

    private static func levels(_ arrays: [ArrayMetadata], _ group: JSONValue) -> [ImageDescription.Level] {
        let distances = distances(group, arrays[0])
        return arrays.enumerated().map { number, array in
            let factors = factors(number, array, arrays[0], group)
            return ImageDescription.Level(
                shape: array.shape, scale: zip(distances, factors).map { $0 * $1 },
                // The mean of pixels lies in the middle of them.
                translation: zip(distances, factors).map { $0 * ($1 - 1) / 2 })
        }
    }

    /// A dataset of N5 alone, as its own attributes and those of its group describe it.
    ///
    /// Distances of its own are those of its pixels; those of its group are those of s0, of whose pixels a coarser level
    /// has taken several each.
    ///
    /// - Parameters:
    ///   - name: of the dataset in its group.
    ///   - group: attributes of the group.
    public static func description(
        of array: ArrayMetadata, _ type: PixelType, named name: String, in group: JSONValue
    ) -> ImageDescription {
        let level = name.first == "s" ? Int(name.dropFirst()).flatMap { (0..<levelLimit).contains($0) ? $0 : nil } : nil
        let factors = factors(level, array, group) ?? [Double](repeating: 1, count: array.rank)
        let own = distances([array.attributes], array.rank)
        let scale = own ?? zip(distances([group], array.rank) ?? factors.map { _ in 1 }, factors).map { $0 * $1 }
        var axes = axes(group, array)
        for axis in axes.indices { axes[axis].spacing = scale[axis] }
        // The mean of pixels lies in the middle of them.
        let middle = zip(scale, factors).map { $0 / $1 * ($1 - 1) / 2 }
        let place = ImageDescription.Level(shape: array.shape, scale: scale, translation: middle)
        return ImageDescription(axes: axes, levels: [place], type: type)
    }

    /// How many pixels of level 0 became one on each axis, as the level or its group says; nil where neither does.
    private static func factors(_ level: Int?, _ array: ArrayMetadata, _ group: JSONValue) -> [Double]? {
        let lists = [
            array.attributes["downsamplingFactors"], level.flatMap { group["downsamplingFactors"]?[$0] },
            level.flatMap { group["scales"]?[$0] },
        ]
        return lists.lazy.compactMap { numbers($0, array.rank) }.first
    }

    /// How many pixels of level 0 became one on each axis; where nothing is said, what the shapes say.
    private static func factors(
        _ level: Int, _ array: ArrayMetadata, _ first: ArrayMetadata, _ group: JSONValue
    ) -> [Double] {
        if let factors = factors(level, array, group) { return factors }
        return zip(first.shape, array.shape).map { $1 == 0 ? 1 : Double($0) / Double($1) }
    }

    private static func axes(_ group: JSONValue, _ first: ArrayMetadata) -> [Axis] {
        var first = first
        let names = (group["axes"]?.array ?? []).compactMap(\.string)
        if names.count == first.rank { first.dimensionNames = names.reversed() }
        let units = ((group["units"] ?? first.attributes["units"])?.array ?? []).map(\.string)
        let common = (group["pixelResolution"] ?? first.attributes["pixelResolution"])?["unit"]?.string
        let distances = distances(group, first)
        return zip(first.axes, distances).enumerated().map { index, described in
            var axis = described.0
            axis.spacing = described.1
            let unit = units.count == first.rank ? units[first.rank - 1 - index] : axis.kind == .space ? common : nil
            axis.unit = unit.flatMap(PhysicalUnit.name)
            return axis
        }
    }

    /// The distance between pixels of level 0 on each axis; 1 where nothing is said.
    private static func distances(_ group: JSONValue, _ first: ArrayMetadata) -> [Double] {
        distances([group, first.attributes], first.rank) ?? [Double](repeating: 1, count: first.rank)
    }

    /// The distances that the first of some attributes says which says any.
    private static func distances(_ attributes: [JSONValue], _ rank: Int) -> [Double]? {
        for attributes in attributes {
            let resolution = attributes["pixelResolution"]
            for list in [attributes["resolution"], resolution?["dimensions"], resolution] {
                if let distances = numbers(list, rank) { return distances }
            }
        }
        return nil
    }

    /// A list of N5 in the order of our axes; nil where it has not one positive number for each.
    private static func numbers(_ json: JSONValue?, _ rank: Int) -> [Double]? {
        let numbers = (json?.array ?? []).compactMap(\.double)
        return numbers.count == rank && numbers.allSatisfy { $0 > 0 && $0.isFinite } ? numbers.reversed() : nil
    }
}
