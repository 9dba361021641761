public import Zarr

/// Checks a hierarchy of Zarr or N5 whatever it means: that its metadata can be read, that its chunks lie where the
/// metadata say, and, if asked for, that every chunk decodes.
public enum ZarrValidator {
    /// More names in groups than this are not looked at.
    private static let nodeLimit = 1 << 20

    /// Checks an array, or a group and everything below it.
    ///
    /// - Parameters:
    ///   - pixels: decodes every chunk, which costs as much as reading all of the arrays.
    ///   - progress: is called before each chunk that is decoded; what it throws ends the check.
    /// - Throws: ``OMEZarrError`` with code `.notFound` where nothing is stored at the key; ``ZarrError`` with code
    ///   `.ioFailure` where the machine fails. What is damaged is a finding.
    public static func validate(
        _ store: any ReadableStore, _ key: StoreKey = .root, pixels: Bool = false, progress: () throws -> Void = {}
    ) throws -> ValidationReport {
        var rules = ArrayRules(store: store, decodesChunks: pixels)
        var format: ZarrFormat?
        let isComplete = try HierarchyWalk.visit(store, key, limit: nodeLimit) { key, _, node in
            rules.report.visited += 1
            switch node {
            case .failure(let error): rules.note(.error, key, 90, "\(error)", fix: "write the metadata again")
            case .success(let node):
                if node.format != format ?? node.format {
                    rules.note(
                        .warning, key, 91, "this is \(node.format), what is above it is another format",
                        fix: "store a hierarchy in one format")
                }
                format = format ?? node.format
                if node.kind == .array { try rules.check(key, progress) }
            }
        }
        if rules.report.visited == 0 { _ = try ZarrNode.require(store, key) }
        if !isComplete {
            rules.report.uncheckedGroups += 1
            rules.note(
                .warning, key, 90,
                "the hierarchy is too large or too deep to be gone through: only \(rules.report.visited) nodes were "
                    + "checked",
                fix: "validate its parts")
        }
        return rules.report
    }
}
