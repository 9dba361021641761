import Zarr

/// The arrays of an image against its metadata.
///
/// - Source: OME-Zarr 0.4 and 0.5, "multiscales" and "labels" metadata.
extension StoreRules {
    /// One level whose array could be opened.
    private struct Level {
        var index: Int
        var pointer: String
        var array: ZarrArray
        var scale: [Double]?

        var shape: [Int] { array.metadata.shape }
    }

    /// Opens the arrays of the levels and compares them with the metadata and each other.
    mutating func checkLevels(of group: OMEGroup) throws {
        for (index, entry) in (group.members["multiscales"]?.array ?? []).enumerated() {
            let pointer = "\(group.pointer)/multiscales/\(index)"
            let axes = entry["axes"]?.array?.map { $0["name"]?.string }
            var levels = [Level]()
            for (number, dataset) in (entry["datasets"]?.array ?? []).enumerated() {
                let pointer = "\(pointer)/datasets/\(number)"
                guard let key = try child(group.key, dataset["path"]?.string, pointer + "/path", 22) else { continue }
                guard let array = try openLevel(key, number, pointer + "/path", group) else { continue }
                let scale = dataset["coordinateTransformations"]?.array?.first { $0["type"]?.string == "scale" }
                let numbers = scale?["scale"]?.array?.compactMap(\.double)
                levels.append(Level(index: number, pointer: pointer, array: array, scale: numbers))
            }
            for level in levels { check(level, axes, group) }
            compare(levels, group)
            if index == 0, let first = levels.first { checkChannels(first, entry, group) }
        }
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
                .error, group.key, pointer, 1, "level \(number) is Zarr v\(node.format.rawValue), its group is not",
                fix: "store arrays and groups in one Zarr format")
        }
        return try attempt(group.key, pointer, 22, "level \(number)") { try ZarrArray.open(store, key) }
    }

    private mutating func check(_ level: Level, _ axes: [String?]?, _ group: OMEGroup) {
        let metadata = level.array.metadata
        if let axes, axes.count != metadata.shape.count {
            note(
                .error, group.key, level.pointer, 14,
                "level \(level.index) has \(metadata.shape.count) dimensions for \(axes.count) axes",
                fix: "name one axis for each dimension")
        }
        switch group.format {
        case .v3:
            if let axes, metadata.dimensionNames != axes {
                let names = metadata.dimensionNames.map { "\($0.map { $0 ?? "null" })" } ?? "missing"
                note(
                    .error, level.array.key, "", 17, "the dimension_names are \(names), not those of the axes",
                    fix: "write dimension_names \(axes.map { $0 ?? "null" })")
            }
        case .v2:
            if metadata.keyEncoding.separator != .slash {
                note(
                    .warning, level.array.key, "", 5, "the dimension_separator is not \"/\"",
                    fix: "store chunks in nested directories, as OME-Zarr has them since 0.2")
            }
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
                note(
                    .warning, group.key, level.pointer, 23,
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

    private mutating func checkChannels(_ level: Level, _ entry: JSONValue, _ group: OMEGroup) {
        guard let channels = group.members["omero"]?["channels"]?.array, let axes = entry["axes"]?.array else { return }
        let axis = axes.firstIndex { $0["type"]?.string == "channel" }
        let count = axis.flatMap { level.shape.indices.contains($0) ? level.shape[$0] : nil } ?? 1
        if channels.count != count {
            note(
                .warning, group.key, group.pointer + "/omero/channels", 52,
                "\"omero\" lists \(channels.count) channels, the image has \(count)", fix: "list every channel once")
        }
    }

    /// A label image against the image it belongs to.
    mutating func checkLabel(_ key: StoreKey, against group: OMEGroup) throws {
        guard let node = try? ZarrNode.read(store, key) else { return }
        let ome = OMEAttributes(node.attributes)
        if ome.members["image-label"] == nil {
            note(
                .warning, key, ome.pointer, 55, "the label image has no \"image-label\"", fix: "add \"image-label\"")
        }
        let own = ome.multiscale?["datasets"]?.array ?? []
        let image = group.members["multiscales"]?[0]?["datasets"]?.array ?? []
        if own.count != image.count {
            note(
                .error, key, ome.pointer + "/multiscales/0/datasets", 54,
                "the label image has \(own.count) levels, its image has \(image.count)",
                fix: "write as many levels of labels as of the image")
        }
        guard let shape = shape(own.first, key), let parent = self.shape(image.first, group.key),
            shape.count == parent.count
        else { return }
        if zip(shape, parent).contains(where: { $0 != $1 && $0 != 1 }) {
            note(
                .warning, key, ome.pointer + "/multiscales/0/datasets/0", 54,
                "the labels have the shape \(shape), their image has \(parent)",
                fix: "give each axis the image's extent, or 1")
        }
    }

    /// The shape of a dataset's array; nil where it cannot be opened, which has been noted before.
    private func shape(_ dataset: JSONValue?, _ key: StoreKey) -> [Int]? {
        guard let path = dataset?["path"]?.string, let level = try? key.appending(trimmed: path) else { return nil }
        return try? ZarrArray.open(store, level).metadata.shape
    }
}
