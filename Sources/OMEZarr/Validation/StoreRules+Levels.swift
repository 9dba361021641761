import Zarr

/// The arrays of an image against its metadata.
///
/// - Source: OME-Zarr 0.4 to 0.6, "multiscales" and "labels" metadata.
extension StoreRules {
    /// One level whose array could be opened.
    private struct Level {
        var index: Int
        var pointer: String
        var array: ZarrArray
        var scale: [Double]?

        var shape: [Int] { array.metadata.shape }
    }

    /// More entries of `multiscales`, or levels of one, are not looked at: no pyramid has as many.
    private static let levelLimit = 64

    /// Opens the arrays of the levels and compares them with the metadata and each other.
    ///
    /// - Returns: the shape of level 0; nil where it is not known.
    mutating func checkLevels(of group: OMEGroup) throws -> [Int]? {
        var shape: [Int]?
        for (index, entry) in limited(group.members["multiscales"], group, group.pointer + "/multiscales").enumerated()
        {
            let pointer = "\(group.pointer)/multiscales/\(index)"
            let axes = ImageMetadata.axisList(entry)
            var levels = [Level]()
            for (number, dataset) in limited(entry["datasets"], group, pointer + "/datasets").enumerated() {
                let pointer = "\(pointer)/datasets/\(number)"
                guard let key = try child(group.key, dataset["path"]?.string, pointer + "/path", 22) else { continue }
                guard let array = try openLevel(key, number, pointer + "/path", group) else { continue }
                let list = CoordinateTransformation.list(dataset["coordinateTransformations"])
                let rank = array.metadata.shape.count
                let place = list.isEmpty ? nil : try? LevelTransformation(list, rank: rank, place: "level \(number)")
                levels.append(Level(index: number, pointer: pointer, array: array, scale: place?.scale))
            }
            for level in levels { check(level, axes, group) }
            compare(levels, group)
            try checkStoredParameters(entry["coordinateTransformations"], group, pointer)
            guard index == 0, let first = levels.first, first.index == 0 else { continue }
            shape = first.shape
            checkChannels(first, axes, group)
        }
        return shape
    }

    /// The entries of a list, as far as they are looked at.
    private mutating func limited(_ list: JSONValue?, _ group: OMEGroup, _ pointer: String) -> ArraySlice<JSONValue> {
        let list = list?.array ?? []
        if list.count > Self.levelLimit {
            note(
                .error, group.key, pointer, 22, "there are \(list.count) entries; \(Self.levelLimit) are looked at",
                fix: "list only levels that exist")
        }
        return list.prefix(Self.levelLimit)
    }

    private mutating func openLevel(
        _ key: StoreKey, _ number: Int, _ pointer: String, _ group: OMEGroup
    ) throws -> ZarrArray? {
        _ = isNew(key)
        let store = store
        guard let read = try attempt(group.key, pointer, 22, "level \(number)", { try ZarrNode.read(store, key) })
        else {
            return nil
        }
        guard let node = read, node.kind == .array else {
            note(
                .error, group.key, pointer, 22, "level \(number) is missing: there is no array at \(key)",
                fix: "write the level, or remove it from datasets")
            return nil
        }
        if node.format != group.format {
            note(
                .error, group.key, pointer, 1, "level \(number) is \(node.format), its group is \(group.format)",
                fix: "store arrays and groups in one Zarr format")
        }
        return try attempt(group.key, pointer, 22, "level \(number)") { try ZarrArray.open(store, key) }
    }

    private mutating func check(_ level: Level, _ axes: [JSONValue]?, _ group: OMEGroup) {
        let metadata = level.array.metadata
        let names = axes?.map { $0.string ?? $0["name"]?.string }
        if let axes, axes.count != metadata.shape.count {
            note(
                .error, group.key, level.pointer, 14,
                "level \(level.index) has \(metadata.shape.count) dimensions for \(axes.count) axes",
                fix: "name one axis for each dimension")
        }
        // 0.6 does not speak of them; what it has instead is named in coordinate systems.
        if group.version == .v05, let names, metadata.dimensionNames != names {
            let found = metadata.dimensionNames.map { "\($0.map { $0 ?? "null" })" } ?? "missing"
            note(
                .error, level.array.key, "", 17, "the dimension_names are \(found), not those of the axes",
                fix: "write dimension_names \(names.map { $0 ?? "null" })")
        }
        if group.version == .v04, metadata.keyEncoding.separator != .slash {
            note(
                .warning, level.array.key, "", 5, "the dimension_separator is not \"/\"",
                fix: "store chunks in nested directories, as OME-Zarr has them since 0.2")
        }
        if group.members["image-label"] != nil, metadata.type.pixel?.isInteger != true {
            note(
                .error, level.array.key, "", 54, "the labels are \(metadata.type), not integers",
                fix: "store labels as integers")
        }
    }

    private mutating func compare(_ levels: [Level], _ group: OMEGroup) {
        guard let first = levels.first else { return }
        for (finer, level) in zip(levels, levels.dropFirst()) {
            guard level.shape.count == finer.shape.count else { continue }
            if zip(level.shape, finer.shape).contains(where: { $0 > $1 }) {
                note(
                    .error, group.key, level.pointer, 22,
                    "level \(level.index) of \(level.shape) is larger than level \(finer.index) of \(finer.shape)",
                    fix: "list the levels from the finest to the coarsest")
            }
            if level.array.metadata.type != first.array.metadata.type {
                // A demand since 0.6; before, what readers rely on.
                note(
                    group.version == .v06 ? .error : .warning, group.key, level.pointer, 23,
                    "level \(level.index) is \(level.array.metadata.type), level 0 is \(first.array.metadata.type)",
                    fix: "store all levels in one data type")
            }
            compareScale(level, first, group)
        }
    }

    /// A level's extent times its scale is that of level 0, to within the pixel that rounding may add or drop.
    private mutating func compareScale(_ level: Level, _ first: Level, _ group: OMEGroup) {
        guard let scale = level.scale, let base = first.scale, scale.count == base.count,
            scale.count == level.shape.count, first.shape.count == level.shape.count
        else { return }
        for axis in scale.indices where base[axis] > 0 && scale[axis] > 0 {
            let expected = Double(first.shape[axis]) * base[axis] / scale[axis]
            // Dropping or adding a pixel at each halving sums up to less than two of the level's pixels.
            guard abs(Double(level.shape[axis]) - expected) > 2 else { continue }
            note(
                .warning, group.key, level.pointer, 25,
                "axis \(axis) of level \(level.index) has \(level.shape[axis]) elements, its scale says \(expected.rounded())",
                fix: "correct the scale, or write the level again")
            return
        }
    }

    private mutating func checkChannels(_ level: Level, _ axes: [JSONValue]?, _ group: OMEGroup) {
        guard let channels = group.members["omero"]?["channels"]?.array, let axes else { return }
        let axis = axes.firstIndex { $0["type"]?.string == "channel" }
        let count = axis.flatMap { level.shape.indices.contains($0) ? level.shape[$0] : nil } ?? 1
        if channels.count != count {
            note(
                .warning, group.key, group.pointer + "/omero/channels", 52,
                "\"omero\" lists \(channels.count) channels, the image has \(count)", fix: "list every channel once")
        }
    }

    /// A label image against the image it belongs to.
    mutating func checkLabel(_ label: OMEGroup, against image: OMEGroup) {
        if label.members["image-label"] == nil {
            note(
                .warning, label.key, label.pointer, 55, "the label image has no \"image-label\"",
                fix: "add \"image-label\"")
        }
        func levelCount(_ group: OMEGroup) -> Int { group.members["multiscales"]?[0]?["datasets"]?.array?.count ?? 0 }
        if levelCount(label) != levelCount(image) {
            note(
                .error, label.key, label.pointer + "/multiscales/0/datasets", 54,
                "the label image has \(levelCount(label)) levels, its image has \(levelCount(image))",
                fix: "write as many levels of labels as of the image")
        }
        guard let shape = label.shape, let parent = image.shape, shape.count == parent.count else { return }
        if zip(shape, parent).contains(where: { $0 != $1 && $0 != 1 }) {
            note(
                .warning, label.key, label.pointer + "/multiscales/0/datasets/0", 54,
                "the labels have the shape \(shape), their image has \(parent)",
                fix: "give each axis the image's extent, or 1")
        }
    }
}
