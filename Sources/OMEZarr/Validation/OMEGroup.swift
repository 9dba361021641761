import Zarr

/// A group that a validator is looking at.
struct OMEGroup {
    /// What a group is part of. The walk goes down this list only, so that metadata that name each other in a circle,
    /// by links of the file system or otherwise, end.
    enum Place: Int, Comparable {
        case root, well, image, label

        static func < (one: Place, other: Place) -> Bool { one.rawValue < other.rawValue }
    }

    let key: StoreKey
    let format: ZarrFormat
    /// The OME members of its attributes, and where they stand.
    let members: JSONObject
    let pointer: String
    /// The version it names; nil where it names none.
    let versionText: String?
    /// What it is, by the members it has or should have.
    let kinds: Set<OMEZarrValidator.MetadataKind>
    /// The shape of level 0, once it is known.
    var shape: [Int]?

    init(_ node: ZarrNode, _ key: StoreKey, expecting expected: OMEZarrValidator.MetadataKind?) {
        let ome = OMEAttributes(node.attributes)
        self.key = key
        format = node.format
        members = ome.members
        pointer = ome.pointer
        versionText = ome.version
        let names: [(String, OMEZarrValidator.MetadataKind)] = [
            ("multiscales", .image), ("image-label", .label), ("labels", .labels), ("plate", .plate), ("well", .well),
            ("bioformats2raw.layout", .bioFormats2Raw), ("series", .series), ("scene", .scene),
        ]
        kinds = Set(names.filter { ome.members[$0.0] != nil }.map(\.1) + (expected.map { [$0] } ?? []))
    }

    /// The version whose rules it is held against; nil where they are not checked.
    var version: SpecificationVersion? { SpecificationVersion(versionText, format) }
}
