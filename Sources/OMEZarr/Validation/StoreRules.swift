import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Walks a hierarchy from group to group and notes what breaks the rules, in metadata and arrays.
struct StoreRules {
    let store: any ReadableStore
    private var findings = ValidationReport()
    /// Groups and arrays seen; each is looked at once, however often metadata name it.
    private var seen = Set<StoreKey>()
    /// The version the first group names, which all below must share.
    private var rootVersion: String?

    /// Three times the nodes of a plate of 1536 wells with 25 fields of 8 levels: links that lead in a circle end here.
    private static let nodeLimit = 1 << 20

    init(store: any ReadableStore) { self.store = store }

    var report: ValidationReport {
        var report = findings
        report.visited = seen.count
        return report
    }

    mutating func start(_ key: StoreKey) throws {
        do {
            _ = try ZarrNode.require(store, key)
        } catch let error as ZarrError where Self.isOfData(error) {
            // Damaged metadata are for `visit` to note.
        }
        let group = try visit(key, named: "the group", as: .root)
        guard group?.kinds.isEmpty ?? true, findings.findings.isEmpty else { return }
        note(
            .error, key, "", 1, "the group has no OME-Zarr metadata",
            fix: "validate an image, a plate or a collection of series")
    }

    /// Notes something about what is stored.
    mutating func note(
        _ severity: Finding.Severity, _ key: StoreKey, _ pointer: String, _ rule: Int, _ message: String, fix: String
    ) {
        findings.add(
            Finding(
                severity: severity, authority: .store, key: key, pointer: pointer, rule: rule, message: message,
                remedy: fix))
    }

    /// Runs something that reads the store; what is damaged or missing becomes a finding, what fails is thrown.
    mutating func attempt<Value>(
        _ key: StoreKey, _ pointer: String, _ rule: Int, _ name: String, _ body: () throws -> Value
    ) throws -> Value? {
        do {
            return try body()
        } catch let error as ZarrError where Self.isOfData(error) {
            note(
                .error, key, pointer, rule, "\(name) cannot be opened: \(error)",
                fix: "write it again, or correct its metadata")
            return nil
        }
    }

    /// True where the data are to blame, not the machine: another read of the same file would end the same way.
    private static func isOfData(_ error: ZarrError) -> Bool {
        guard error.code == .ioFailure else { return true }
        return error.errno.map { [ELOOP, ENAMETOOLONG, EACCES, EPERM, ENOTDIR, EISDIR].contains($0) } ?? false
    }

    /// Marks a node as looked at.
    ///
    /// - Returns: false where it has been before, or where too many have been.
    mutating func isNew(_ key: StoreKey) -> Bool {
        guard seen.count < Self.nodeLimit else { return false }
        guard seen.insert(key).inserted else { return false }
        if seen.count == Self.nodeLimit {
            note(
                .error, key, "", 1, "there are more than \(Self.nodeLimit) groups and arrays; the rest is not checked",
                fix: "look for links that lead in a circle, or validate the parts")
        }
        return true
    }

    /// Looks at a group and what its metadata name.
    ///
    /// - Parameters:
    ///   - name: what it is, for messages.
    ///   - place: what it is part of, which says how far to look.
    ///   - pointer: where the metadata of `parent` name it.
    ///   - rule: the rule that wants it there.
    /// - Returns: nil where it cannot be read or has been seen.
    @discardableResult
    mutating func visit(
        _ key: StoreKey, named name: String, as place: OMEGroup.Place,
        expecting expected: OMEZarrValidator.MetadataKind? = nil, pointer: String = "", from parent: StoreKey? = nil,
        rule: Int = 1
    ) throws -> OMEGroup? {
        guard isNew(key) else { return nil }
        let store = store
        let read = try attempt(key, "", rule, name) { try ZarrNode.read(store, key) }
        guard let read else { return nil }
        guard let node = read, node.kind == .group else {
            note(
                .error, parent ?? key, pointer, rule, "\(name) is missing: there is no group at \(key)",
                fix: "write it, or remove it from the metadata")
            return nil
        }
        var group = OMEGroup(node, key, expecting: expected)
        check(group, node.attributes)
        if group.kinds.contains(.image) {
            group.shape = try checkLevels(of: group)
            if place <= .image, !group.kinds.contains(.label) { try visitLabels(of: group) }
        }
        if place <= .well, group.kinds.contains(.well) { try visitFields(of: group) }
        guard place == .root else { return group }
        // A plate takes precedence; its layout says nothing about series.
        if group.kinds.contains(.plate) {
            try visitWells(of: group)
        } else if group.kinds.contains(.bioFormats2Raw) {
            try visitSeries(of: group)
        }
        if group.kinds.contains(.scene) { try visitScene(of: group) }
        return group
    }

    /// Checks a group's attributes alone.
    private mutating func check(_ group: OMEGroup, _ attributes: JSONValue) {
        if let text = group.versionText {
            if let rootVersion, rootVersion != text, group.format == .v3 {
                note(
                    .error, group.key, group.pointer + "/version", 3,
                    "the version is \(text.prefix(20)), above it is \(rootVersion.prefix(20))",
                    fix: "use one version in the whole hierarchy")
            }
            rootVersion = rootVersion ?? text
        }
        var kinds = Self.kinds(ome.members)
        if let expected { kinds.insert(expected) }
        var rules = MetadataRules(version: version, key: key)
        rules.check(node.attributes, as: OMEZarrValidator.MetadataKind.allCases.filter(kinds.contains))
        findings += rules.findings
        return kinds
    }

    /// What a group is, by the members it has.
    private static func kinds(_ members: JSONObject) -> Set<OMEZarrValidator.MetadataKind> {
        let keys: [(String, OMEZarrValidator.MetadataKind)] = [
            ("multiscales", .image), ("image-label", .label), ("labels", .labels), ("plate", .plate), ("well", .well),
            ("bioformats2raw.layout", .bioFormats2Raw), ("series", .series),
        ]
        return Set(keys.filter { members[$0.0] != nil }.map(\.1))
    }

    /// True for versions that are sound but not ours: 0.1 to 0.3 in Zarr v2, 0.6 and later in v3.
    private static func isUnknown(_ version: String, _ format: ZarrFormat) -> Bool {
        switch format {
        case .v2, .n5: ["0.1", "0.2", "0.3"].contains(version)
        case .v3: version.hasPrefix("0.6") || version.hasPrefix("0.9") || version.hasPrefix("1.")
        }
    }
}

/// A group that is being looked at.
struct OMEGroup {
    let key: StoreKey
    let format: ZarrFormat
    let members: JSONObject
    let pointer: String
}

/// The groups below a group.
extension StoreRules {
    private mutating func visitLabels(of group: OMEGroup) throws {
        let store = store
        let key = try group.key.appending("labels")
        guard let read = try attempt(key, "", 53, "the list of labels", { try ZarrNode.read(store, key) }),
            let node = read, try visit(key, named: "the list of labels", expecting: .labels).contains(.labels)
        else { return }
        let ome = OMEAttributes(node.attributes)
        for (index, path) in (ome.members["labels"]?.array ?? []).enumerated() {
            let pointer = "\(ome.pointer)/labels/\(index)"
            guard let label = try child(key, path.string, pointer, 53) else { continue }
            try visit(
                label, named: "the label image \"\(label.name)\"", expecting: .image, pointer: pointer, from: key,
                rule: 54)
            try checkLabel(label, against: group)
        }
    }

    private mutating func visitWells(of group: OMEGroup) throws {
        for (index, well) in (group.members["plate"]?["wells"]?.array ?? []).enumerated() {
            let pointer = "\(group.pointer)/plate/wells/\(index)/path"
            guard let key = try child(group.key, well["path"]?.string, pointer, 63) else { continue }
            try visit(
                key, named: "the well \(well["path"]?.string ?? "")", expecting: .well, pointer: pointer,
                from: group.key, rule: 61)
            try checkAcquisitions(of: key, in: group)
        }
    }

    private mutating func visitFields(of group: OMEGroup) throws {
        for (index, image) in (group.members["well"]?["images"]?.array ?? []).enumerated() {
            let pointer = "\(group.pointer)/well/images/\(index)/path"
            guard let key = try child(group.key, image["path"]?.string, pointer, 66) else { continue }
            try visit(
                key, named: "the field \(key.name)", expecting: .image, pointer: pointer, from: group.key, rule: 66)
        }
    }

    private mutating func visitSeries(of group: OMEGroup) throws {
        let store = store
        let ome = try group.key.appending("OME")
        if try ZarrNode.read(store, ome) == nil {
            note(
                .warning, group.key, group.pointer, 69, "there is no group \"OME\"",
                fix: "write the group OME with its series and METADATA.ome.xml")
        } else {
            try visit(ome, named: "the group OME", rule: 70)
        }
        if try store.size(ome.appending("METADATA.ome.xml")) == nil {
            note(
                .warning, ome, "", 69, "there is no OME/METADATA.ome.xml", fix: "write the OME-XML of the images")
        }
        let key = group.key
        guard
            let kind = try attempt(
                key, group.pointer, 71, "the list of series", { try ImageKind.identify(store, key).kind }),
            case .bioFormats2Raw(let series) = kind
        else { return }
        if series.isEmpty {
            note(
                .warning, key, group.pointer, 71, "there is no image: neither a list of series nor a group 0",
                fix: "write the images into 0, 1, …")
        }
        for (index, path) in series.enumerated() {
            let pointer = "\(group.pointer)/series/\(index)"
            guard let image = try child(key, path, pointer, 70) else { continue }
            try visit(image, named: "the series \(path)", expecting: .image, pointer: pointer, from: ome, rule: 70)
        }
    }

    /// The key of something a group's metadata name; notes paths that lead out of the store.
    mutating func child(_ key: StoreKey, _ path: String?, _ pointer: String, _ rule: Int) throws -> StoreKey? {
        // Where the path is no string, the rules about metadata have said so.
        guard let path else { return nil }
        return try attempt(key, pointer, rule, "\"\(path.prefix(60))\"") { try key.appending(trimmed: path) }
    }

    private mutating func checkAcquisitions(of well: StoreKey, in group: OMEGroup) throws {
        let ids = Set((group.members["plate"]?["acquisitions"]?.array ?? []).compactMap { $0["id"]?.int })
        guard !ids.isEmpty, let node = try? ZarrNode.read(store, well) else { return }
        let ome = OMEAttributes(node.attributes)
        for (index, image) in (ome.members["well"]?["images"]?.array ?? []).enumerated() {
            let pointer = "\(ome.pointer)/well/images/\(index)/acquisition"
            guard let id = image["acquisition"]?.int else {
                if ids.count > 1 {
                    note(
                        .error, well, pointer, 66, "the field names no acquisition, but the plate has \(ids.count)",
                        fix: "add the id of its acquisition")
                }
                continue
            }
            if !ids.contains(id) {
                note(
                    .error, well, pointer, 66, "the plate has no acquisition \(id)",
                    fix: "use an id of plate.acquisitions")
            }
        }
        var rules = MetadataRules(version: version, key: group.key, report: findings)
        rules.check(attributes, as: OMEZarrValidator.MetadataKind.allCases.filter(group.kinds.contains))
        findings = rules.report
    }
}
