package import Zarr

/// Attributes of OME-Zarr 0.1 to 0.3 as 0.4 has them: axes with types, levels with scales, wells with indices.
///
/// - Source: OME-Zarr 0.4, "Version History".
extension OMEAttributes {
    /// The versions that name axes by letters or not at all.
    private static let oldVersions = ["0.1", "0.2", "0.3"]

    /// True for attributes that 0.4 says in other words.
    private var isOld: Bool {
        guard pointer.isEmpty, members["scene"] == nil, multiscale?["coordinateSystems"] == nil else { return false }
        if let version { return Self.oldVersions.contains(version) }
        return multiscale != nil && multiscale?["axes"]?[0]?.object == nil
    }

    /// The attributes as 0.4 has them; as they are where they are those of 0.4 or later.
    ///
    /// - Parameter shapes: of the arrays at paths relative to the group: what tells the scale of coarser levels, of which
    ///   these versions say nothing.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where axes and arrays contradict each other; what `shapes` throws.
    package static func upgraded(
        _ attributes: JSONValue, shapes: ([String]) throws -> [[Int]]
    ) throws -> JSONValue {
        let ome = OMEAttributes(attributes)
        guard ome.isOld else { return attributes }
        var members = ome.members
        if let entries = members["multiscales"]?.array {
            members["multiscales"] = .array(try entries.map { try upgraded(entry: $0, shapes) })
        }
        if var plate = members["plate"] {
            let rows = (plate["rows"]?.array ?? []).map { $0["name"]?.string }
            let columns = (plate["columns"]?.array ?? []).map { $0["name"]?.string }
            plate["wells"] = .array((plate["wells"]?.array ?? []).map { upgraded(well: $0, rows, columns) })
            members["plate"] = plate
        }
        for name in ["plate", "well", "image-label"] where members[name]?.object != nil {
            members[name]?["version"] = .string(OMEZarrVersion.v04.rawValue)
        }
        return .object(members)
    }

    private static func upgraded(entry: JSONValue, _ shapes: ([String]) throws -> [[Int]]) throws -> JSONValue {
        let alone: JSONValue = ["multiscales": [entry]]
        // What the pixels are makes no difference to axes and scales.
        let metadata = try ImageMetadata(
            reading: alone, shapes: shapes(ImageMetadata.datasetPaths(in: alone)), type: .uint8)
        var entry = entry
        entry["version"] = .string(OMEZarrVersion.v04.rawValue)
        entry["axes"] = .array(metadata.axes.map(\.json))
        // These are part of each level's now.
        entry["coordinateTransformations"] = nil
        let datasets = zip(entry["datasets"]?.array ?? [], metadata.datasets).map { dataset, known in
            var dataset = dataset
            dataset["coordinateTransformations"] = known.json["coordinateTransformations"]
            return dataset
        }
        entry["datasets"] = .array(datasets)
        return entry
    }

    /// A well with the indices of its row and column, which stand in its path as names.
    private static func upgraded(well: JSONValue, _ rows: [String?], _ columns: [String?]) -> JSONValue {
        let parts = (well["path"]?.string ?? "").split(separator: "/").map(String.init)
        guard parts.count == 2, let row = rows.firstIndex(of: parts[0]), let column = columns.firstIndex(of: parts[1])
        else { return well }
        var well = well
        well["rowIndex"] = JSONValue(row)
        well["columnIndex"] = JSONValue(column)
        return well
    }
}
