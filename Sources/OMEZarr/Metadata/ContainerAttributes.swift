public import Zarr

/// The attributes of the groups around images.
///
/// - Source: OME-Zarr 0.4 and 0.5, "bioformats2raw.layout", "labels", "plate" and "well" metadata.
public enum ContainerAttributes {
    /// Of the root of a collection of series, whose `OME` group lists them.
    public static func bioFormats2Raw(_ version: OMEZarrVersion) -> JSONValue {
        // The number, as schema and examples have it; the prose's string "3" is not accepted by validators.
        document(["bioformats2raw.layout": 3], version)
    }

    /// Of the `OME` group: where the series lie relative to the root, in the order of the images in the OME-XML.
    public static func omeGroup(series: [String], _ version: OMEZarrVersion) -> JSONValue {
        document(["series": .array(series.map { .string($0) })], version)
    }

    /// Of the `labels` group of an image: where the label images lie relative to it.
    public static func labels(_ paths: [String], _ version: OMEZarrVersion) -> JSONValue {
        document(["labels": .array(paths.map { .string($0) })], version)
    }

    static func document(_ members: JSONObject, _ version: OMEZarrVersion) -> JSONValue {
        guard version == .v05 else { return .object(members) }
        var ome: JSONObject = ["version": .string(version.rawValue)]
        for (key, value) in members { ome[key] = value }
        return ["ome": .object(ome)]
    }
}
