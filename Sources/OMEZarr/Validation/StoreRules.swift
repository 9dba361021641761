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
        guard let version = group.version else {
            findings.uncheckedGroups += 1
            // One such sentence says it of all groups below.
            guard findings.uncheckedGroups == 1 else { return }
            return note(
                .warning, group.key, group.pointer, group.format == .v2 ? 28 : 2,
                "the metadata are of version \(group.versionText?.prefix(20) ?? ""), whose rules are not checked, only what they say of groups and arrays",
                fix: "convert to a version that is checked: 0.4, 0.5 or 0.6")
        }
        var rules = MetadataRules(version: version, key: group.key, report: findings)
        rules.check(attributes, as: OMEZarrValidator.MetadataKind.allCases.filter(group.kinds.contains))
        findings = rules.report
    }
}
