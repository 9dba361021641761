public import Zarr

/// Checks an OME-Zarr against its specification, 0.4, 0.5 or 0.6.
///
/// Two layers: the metadata of one group alone, as the published JSON schemas do and a good deal further, and a whole
/// store with its arrays.
public enum OMEZarrValidator {
    /// What a group's attributes should be.
    public enum MetadataKind: String, Sendable, CaseIterable, Hashable {
        /// A multiscale image: `multiscales`, `omero`.
        case image
        /// A label image: `image-label`. Its `multiscales` are checked as those of an image.
        case label
        /// The list of label images: `labels`.
        case labels
        /// A plate: `plate`.
        case plate
        /// A well: `well`.
        case well
        /// The root of a collection of series: `bioformats2raw.layout`.
        case bioFormats2Raw
        /// The `OME` group of such a collection: `series`.
        case series
        /// Images placed relative to each other: `scene`, which 0.6 has.
        case scene
    }

    /// Checks the attributes of one group.
    ///
    /// - Parameters:
    ///   - attributes: the content of `.zattrs` (0.4), or of `attributes` in `zarr.json` (0.5, 0.6).
    ///   - version: the version to check against.
    ///   - kind: what the group should be.
    ///   - key: the group's key, for the findings.
    public static func validateAttributes(
        _ attributes: JSONValue, version: SpecificationVersion, kind: MetadataKind, key: StoreKey = .root
    ) -> ValidationReport {
        var rules = MetadataRules(version: version, key: key, report: ValidationReport())
        rules.check(attributes, as: [kind])
        rules.report.visited = 1
        return rules.report
    }

    /// Checks everything at and below a key: the group's metadata, its levels' arrays, its labels, series, wells; and of
    /// the root of a ``ZipStore`` its form.
    ///
    /// Reads metadata only, no pixels. Of a version whose rules are not checked, only the arrays are looked at, and the
    /// report says so.
    ///
    /// - Throws: ``OMEZarrError`` with code `.notFound` where nothing is stored at the key; ``ZarrError`` with code
    ///   `.ioFailure` where the machine fails. Damaged metadata, forbidden files and circles of links are findings.
    public static func validate(_ store: any ReadableStore, _ key: StoreKey = .root) throws -> ValidationReport {
        var walk = StoreRules(store: store)
        try walk.start(key)
        var report = walk.report
        if key == .root, let archive = store as? ZipStore { OZXRules.findings(of: archive).forEach { report.add($0) } }
        return report
    }
}

extension MetadataRules {
    /// Finds the OME members of the attributes and checks them as each of the kinds.
    mutating func check(_ attributes: JSONValue, as kinds: [OMEZarrValidator.MetadataKind]) {
        guard var members = object(attributes, "", 6, "the attributes") else { return }
        var pointer = ""
        if version != .v04 {
            guard let ome = members["ome"] else {
                return error(
                    "", 2, "there is no \"ome\" in the attributes",
                    fix: "move the metadata into \"ome\", as OME-Zarr has it since 0.5")
            }
            guard let inner = object(ome, "/ome", 2, "\"ome\"") else { return }
            members = inner
            pointer = "/ome"
            checkVersion(members["version"], "/ome/version", 2, required: true)
        }
        for kind in kinds {
            switch kind {
            case .image: checkImage(members, pointer)
            case .label: checkLabel(members, pointer)
            case .labels: checkLabelList(members, pointer)
            case .plate: checkPlate(members, pointer)
            case .well: checkWell(members, pointer)
            case .bioFormats2Raw: checkLayout(members, pointer)
            case .series: checkSeries(members, pointer)
            case .scene: checkScene(members, pointer)
            }
        }
    }
}
