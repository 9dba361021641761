package import Zarr

/// Attributes of one version of OME-Zarr as those of another: the same members in another place, each with its version
/// where that version wants one. What no version knows stays where it is.
///
/// - Source: OME-Zarr 0.4 and 0.5; the places of "version" by their schemas, that of a plate in 0.5 by its text.
extension OMEAttributes {
    /// The attributes of a group in a version.
    ///
    /// - Returns: the attributes as they are where they have no OME members, or have that version already.
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where the version cannot say what they say.
    package static func attributes(_ attributes: JSONValue, in version: OMEZarrVersion) throws -> JSONValue {
        let ome = OMEAttributes(attributes)
        switch (version, ome.pointer.isEmpty) {
        case (.v05, true): return try moved(attributes, ome)
        case (.v04, false): return try movedBack(attributes, ome)
        case (.v05, false):
            try check(ome, .v05)
            return attributes
        case (.v04, true): return attributes
        }
    }

    /// The members of a group's attributes that no version of OME-Zarr has.
    package static func others(_ attributes: JSONValue) -> JSONObject {
        var others = attributes.object ?? [:]
        others["ome"] = nil
        for name in names where isOME(name, others[name]) { others[name] = nil }
        return others
    }

    /// From the root of 0.4 to the member "ome" of 0.5.
    private static func moved(_ attributes: JSONValue, _ ome: OMEAttributes) throws -> JSONValue {
        try check(ome, .v04)
        var rest = ome.members, members = JSONObject()
        for name in names where isOME(name, rest[name]) {
            members[name] = rest[name].map { withVersion(name, $0, name == "plate" ? .v05 : nil) }
            rest[name] = nil
        }
        guard !members.isEmpty else { return attributes }
        var moved: JSONObject = ["version": .string(OMEZarrVersion.v05.rawValue)]
        for (name, value) in members { moved[name] = value }
        var all: JSONObject = ["ome": .object(moved)]
        for (name, value) in rest { all[name] = value }
        return .object(all)
    }

    /// From the member "ome" of 0.5 to the root of 0.4.
    private static func movedBack(_ attributes: JSONValue, _ ome: OMEAttributes) throws -> JSONValue {
        try check(ome, .v05)
        var rest = attributes.object ?? [:], moved = JSONObject()
        rest["ome"] = nil
        for (name, value) in ome.members where name != "version" {
            guard rest[name] == nil else {
                throw OMEZarrError(
                    .unsupported,
                    "the attributes have a member \"\(name)\" beside \"ome\" and in it, and OME-Zarr 0.4 has one place for "
                        + "both: rename one of them")
            }
            moved[name] = versioned.contains(name) ? withVersion(name, value, .v04) : value
        }
        for (name, value) in rest { moved[name] = value }
        return .object(moved)
    }

    /// What 0.4 has at the root.
    private static let names = [
        "multiscales", "omero", "image-label", "labels", "plate", "well", "bioformats2raw.layout", "series",
    ]
    /// Where 0.4 has a version.
    private static let versioned = ["multiscales", "image-label", "plate", "well"]

    /// Other tools, too, have lists of labels and series.
    private static func isOME(_ name: String, _ value: JSONValue?) -> Bool {
        switch name {
        case "labels", "series": value?.array?.allSatisfy { $0.string != nil } ?? false
        default: value != nil
        }
    }

    /// A member with the version it shall name; nil takes it away.
    private static func withVersion(_ name: String, _ value: JSONValue, _ version: OMEZarrVersion?) -> JSONValue {
        if let list = value.array, name == "multiscales" { return .array(list.map { withVersion("", $0, version) }) }
        guard var members = value.object else { return value }
        members["version"] = version.map { .string($0.rawValue) }
        return .object(members)
    }

    /// Only these versions say the same in other places.
    private static func check(_ ome: OMEAttributes, _ known: OMEZarrVersion) throws {
        let isImage = ome.members["multiscales"] != nil
        let axes = ome.multiscale?["axes"]?[0]
        let isOld = known == .v04 && isImage && axes?.object == nil
        guard !isOld, ome.version == nil || ome.version == known.rawValue || ome.version == "0.5-dev" || !isImage else {
            throw OMEZarrError(
                .unsupported,
                "metadata of OME-Zarr \(ome.version ?? "before 0.4") cannot be written as another version: leave "
                    + "--ome-version out, or use 'ome-zarr convert'")
        }
        guard ome.members["scene"] == nil, ome.multiscale?["coordinateSystems"] == nil else {
            throw OMEZarrError(
                .unsupported,
                "coordinate systems and scenes of OME-Zarr 0.6 have no place in another version: leave "
                    + "--ome-version out")
        }
    }
}
