public import Zarr

extension ContainerAttributes {
    /// Of the root of a plate: its rows, columns, wells and acquisitions.
    ///
    /// - Source: OME-Zarr 0.4 and 0.5, "plate" metadata. The version stands in it also in 0.5, as the text demands;
    ///   the schema does not mind.
    public static func plate(_ plate: Plate, _ version: OMEZarrVersion) -> JSONValue {
        var members = JSONObject()
        members["acquisitions"] =
            plate.acquisitions.isEmpty ? nil : .array(plate.acquisitions.map { acquisition($0, of: plate) })
        members["columns"] = .array(plate.columns.map { ["name": .string($0)] })
        members["field_count"] = JSONValue(plate.fieldCount)
        members["name"] = plate.name.map { .string($0) }
        members["rows"] = .array(plate.rows.map { ["name": .string($0)] })
        members["version"] = .string(version.rawValue)
        members["wells"] = .array(
            plate.wells.map { well in
                [
                    "path": .string(plate.path(of: well)), "rowIndex": JSONValue(well.row),
                    "columnIndex": JSONValue(well.column),
                ]
            })
        return document(["plate": .object(members)], version)
    }

    /// Of the group of a well: its fields, numbered from 0.
    ///
    /// - Source: OME-Zarr 0.4 and 0.5, "well" metadata.
    public static func well(_ well: Plate.Well, _ version: OMEZarrVersion) -> JSONValue {
        let images = well.fields.enumerated().map { number, field -> JSONValue in
            var image: JSONObject = ["path": .string(String(number))]
            image["acquisition"] = field.acquisition.map { JSONValue($0) }
            return .object(image)
        }
        return document(["well": ["images": .array(images), "version": .string(version.rawValue)]], version)
    }

    private static func acquisition(_ acquisition: Plate.Acquisition, of plate: Plate) -> JSONValue {
        let most = plate.wells.map { $0.fields.count { $0.acquisition == acquisition.id } }.max() ?? 0
        var members: JSONObject = ["id": JSONValue(acquisition.id)]
        members["name"] = .string(acquisition.name ?? "Acquisition \(acquisition.id)")
        members["description"] = acquisition.description.map { .string($0) }
        members["maximumfieldcount"] = JSONValue(max(most, 1))
        return .object(members)
    }
}
