import Zarr

/// Where the levels of an image lie in space, read with goodwill.
struct LevelPlacement {
    var datasets = [ImageMetadata.Dataset]()
    /// What the image says beyond its levels, and has not been applied to them.
    var transformations = [CoordinateTransformation]()
    /// What had to be guessed or left out.
    var warnings = [String]()

    /// Reads the transformations of an entry of `multiscales`.
    ///
    /// A level without transformations, or with one that does more than scale and move, takes its scale from level 0
    /// by the ratio of the shapes.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where a scale or translation has not one number for each axis.
    init(_ entry: JSONValue, paths: [String], shapes: [[Int]]) throws {
        let rank = shapes[0].count
        var whole = LevelTransformation(rank: rank)
        let global = CoordinateTransformation.list(entry["coordinateTransformations"])
        if entry["coordinateSystems"] != nil {
            // In 0.6 these lead from one coordinate system to another and say nothing of the levels.
            transformations = global
        } else if let applied = try combined(global, rank, "the image") {
            whole = applied
        } else {
            transformations = global
        }
        var base = LevelTransformation(rank: rank)
        for (index, path) in paths.enumerated() {
            let own = CoordinateTransformation.list(entry["datasets"]?[index]?["coordinateTransformations"])
            let applied = own.isEmpty ? nil : try combined(own, rank, "level \(index)")
            var level = applied ?? base
            if applied == nil {
                for axis in 0..<rank where shapes[index][axis] > 0 {
                    level.scale[axis] *= Double(shapes[0][axis]) / Double(shapes[index][axis])
                }
            }
            if index == 0 { base = level }
            level.append(whole)
            datasets.append(
                ImageMetadata.Dataset(
                    path: path, scale: level.scale, translation: level.translation,
                    unapplied: applied == nil ? own : []))
        }
    }

    /// The transformations of a list as one; nil, with a warning, where they do more than scale and move.
    private mutating func combined(
        _ list: [CoordinateTransformation], _ rank: Int, _ place: String
    ) throws -> LevelTransformation? {
        let scale = list.lastIndex { $0.type == "scale" }, translation = list.firstIndex { $0.type == "translation" }
        var list = list
        if let scale, let translation, translation < scale {
            // Who wrote the two in the wrong order meant an offset in the axis' unit, as everybody else does.
            list = list.filter { $0.type != "translation" } + list.filter { $0.type == "translation" }
            warnings.append("the translation of \(place) comes before its scale; it was read as if it came after")
        }
        if let level = try LevelTransformation(list, rank: rank, place: place) { return level }
        let types = list.map { $0.type ?? "one without a type" }.joined(separator: ", ")
        warnings.append(
            "\(place) is placed by a transformation that is not applied (\(types)): its scale and position are unknown")
        return nil
    }
}
