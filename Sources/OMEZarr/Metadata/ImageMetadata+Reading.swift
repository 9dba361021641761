public import Zarr

extension ImageMetadata {
    /// No pyramid has more levels: 2^64 pixels on an axis are 64 halvings.
    private static let levelLimit = 64

    /// The paths of the levels, finest first, relative to the group.
    ///
    /// - Parameter attributes: the attributes of the image's group, of any version from 0.1 to 0.6.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where there are none.
    public static func datasetPaths(in attributes: JSONValue) throws -> [String] {
        let datasets = OMEAttributes(attributes).multiscale?["datasets"]?.array ?? []
        guard !datasets.isEmpty, datasets.count <= levelLimit else {
            throw OMEZarrError(
                .corrupt,
                "the image's multiscales[0].datasets lists \(datasets.count) levels: from 1 to \(levelLimit) can be read"
            )
        }
        return try datasets.enumerated().map { index, dataset in
            guard let path = dataset["path"]?.string else {
                throw OMEZarrError(.corrupt, "the image's multiscales[0].datasets[\(index)] has no path")
            }
            // Some writers end paths with "/" or begin them with "./".
            return path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        }
    }

    /// Reads the metadata of an image's group with goodwill.
    ///
    /// Accepted beyond the letter: a missing version or one in the wrong place, axes as strings (0.3) or none (0.1,
    /// 0.2: the last of t, c, z, y, x), levels without transformations (the ratio of the shapes stands in), a
    /// translation before its scale, and channels without colour, window or label. A level that 0.6 places by more than
    /// scale and translation is read, with what it says kept in ``Dataset/unapplied``; where that is level 0, the axes
    /// lose their units.
    ///
    /// - Parameters:
    ///   - attributes: the attributes of the image's group.
    ///   - shapes: the shape of each level's array, in the order of ``datasetPaths(in:)``.
    ///   - type: type of the pixels.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where axes and arrays contradict each other.
    public init(reading attributes: JSONValue, shapes: [[Int]], type: PixelType) throws {
        let ome = OMEAttributes(attributes)
        let paths = try Self.datasetPaths(in: attributes)
        guard let entry = ome.multiscale, paths.count == shapes.count, let shape = shapes.first else {
            throw OMEZarrError(
                .invalidCall, "give the shapes of the image's \(paths.count) levels, got \(shapes.count)")
        }
        var axes = try Self.axes(entry, rank: shape.count)
        for (path, shape) in zip(paths, shapes) where shape.count != axes.count {
            throw OMEZarrError(
                .corrupt,
                "level \(path) has \(shape.count) dimensions, but the image has \(axes.count) axes (\(axes.map(\.name).joined()))"
            )
        }
        let placement = try LevelPlacement(entry, paths: paths, shapes: shapes)
        for axis in axes.indices {
            axes[axis].spacing = placement.datasets[0].scale[axis]
            // A guessed spacing has no unit.
            if !placement.datasets[0].unapplied.isEmpty { axes[axis].unit = nil }
        }
        let isLabels = ome.members["image-label"] != nil
        let omero = ome.members["omero"] ?? attributes["omero"]
        let count = axes.firstIndex { $0.kind == .channel }.map { shape[$0] } ?? 1
        guard count <= Self.largestChannelCount else {
            throw OMEZarrError(
                .limitExceeded, "the image claims \(count) channels, at most \(Self.largestChannelCount) are read")
        }
        let known = isLabels ? [] : (omero?["channels"]?.array ?? []).prefix(count).map(Channel.init(reading:))
        self.init(
            name: entry["name"]?.string ?? omero?["name"]?.string, axes: axes, datasets: placement.datasets,
            channels: isLabels ? [] : Self.complete(Array(known), count),
            isRGB: entry["metadata"]?["rgb"]?.bool == true && count == 3, isLabels: isLabels,
            downsampling: Downsampling(reading: entry),
            defaultZ: omero?["rdefs"]?["defaultZ"]?.int ?? 0, defaultT: omero?["rdefs"]?["defaultT"]?.int ?? 0,
            type: type)
        if isLabels { labelDetails = LabelDetails(reading: ome.members["image-label"]) }
        coordinateSystems = (entry["coordinateSystems"]?.array ?? []).compactMap { CoordinateSystem(reading: $0) }
        transformations = placement.transformations
        warnings = placement.warnings
    }

    /// The image these metadata and level shapes describe.
    public func description(shapes: [[Int]]) -> ImageDescription {
        var image = ImageDescription(
            name: name, axes: axes,
            levels: zip(datasets, shapes).map {
                ImageDescription.Level(shape: $1, scale: $0.scale, translation: $0.translation)
            }, type: type, channels: channels, isRGB: isRGB, isLabels: isLabels)
        image.labelDetails = labelDetails
        return image
    }

    private static func axes(_ entry: JSONValue, rank: Int) throws -> [Axis] {
        guard let list = axisList(entry) else { return try standardAxes(rank: rank) }
        guard rank >= 2 else {
            throw OMEZarrError(.corrupt, "the image has \(rank) dimensions: an image has at least y and x")
        }
        guard list.count == rank else {
            throw OMEZarrError(
                .corrupt, "the image names \(list.count) axes, but its level 0 has \(rank) dimensions")
        }
        let axes = try list.enumerated().map { index, item in
            guard let axis = Axis(reading: item) else {
                throw OMEZarrError(.corrupt, "the image's axis \(index) has no name")
            }
            return axis
        }
        guard Set(axes.map(\.name)).count == axes.count else {
            throw OMEZarrError(.corrupt, "two axes of the image have the same name (\(axes.map(\.name)))")
        }
        return axes
    }

    /// The axes as written: those of the image, or in 0.6 those of its intrinsic coordinate system.
    static func axisList(_ entry: JSONValue) -> [JSONValue]? {
        entry["axes"]?.array ?? intrinsicSystem(entry)?["axes"]?.array
    }

    /// The coordinate system of 0.6 that the levels lie in; the first where they do not say.
    private static func intrinsicSystem(_ entry: JSONValue) -> JSONValue? {
        let systems = entry["coordinateSystems"]?.array
        let output = entry["datasets"]?[0]?["coordinateTransformations"]?[0]?["output"]
        let name = output?["name"]?.string ?? output?.string
        return systems?.first { $0["name"]?.string == name } ?? systems?.first
    }

    private static func standardAxes(rank: Int) throws -> [Axis] {
        let names = ["t", "c", "z", "y", "x"]
        guard (2...names.count).contains(rank) else {
            throw OMEZarrError(
                .corrupt, "the image names no axes and has \(rank) dimensions: from 2 to 5 can be guessed")
        }
        return names.suffix(rank).map { Axis(name: $0, kind: .standard($0)) }
    }
}

extension ImageMetadata.Downsampling {
    fileprivate init?(reading entry: JSONValue) {
        guard let type = entry["type"]?.string else { return nil }
        let notes = entry["metadata"]
        self.init(
            type: type, method: notes?["method"]?.string, version: notes?["version"]?.string,
            rounding: notes?["rounding"]?.string)
    }
}

extension Channel {
    /// Reads one entry of `omero.channels`; what is missing or malformed is unknown.
    fileprivate init(reading json: JSONValue) {
        self.init(
            name: json["label"]?.string, color: json["color"]?.string.flatMap(Color.init(hexadecimal:)),
            window: Window(reading: json["window"]), isActive: json["active"]?.bool ?? true,
            emissionWavelength: json["emissionWave"]?.double, excitationWavelength: json["excitationWave"]?.double)
    }
}

extension Channel.Window {
    /// Nil where start and end are missing; they stand in for missing min and max.
    fileprivate init?(reading json: JSONValue?) {
        guard let start = json?["start"]?.double ?? json?["min"]?.double,
            let end = json?["end"]?.double ?? json?["max"]?.double, start.isFinite, end.isFinite
        else { return nil }
        let min = json?["min"]?.double ?? start, max = json?["max"]?.double ?? end
        self.init(min: min.isFinite ? min : start, max: max.isFinite ? max : end, start: start, end: end)
    }
}
