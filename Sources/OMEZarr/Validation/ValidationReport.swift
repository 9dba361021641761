/// What a validator found, in the order of its walk.
public struct ValidationReport: Sendable, Hashable {
    /// What a report comes to.
    public enum Verdict: String, Sendable, Hashable {
        /// Everything was checked, and there is no error.
        case valid
        /// There is an error.
        case invalid
        /// There is no error, but something could not be checked: a version, a codec or a type unknown here.
        case unchecked
    }

    /// The first findings, at most ``findingLimit``; empty where all is well.
    public private(set) var findings = [Finding]()
    /// How many errors and warnings there are, those beyond the limit included.
    public private(set) var errorCount = 0, warningCount = 0
    /// Groups and arrays looked at.
    public internal(set) var visited = 0
    /// Groups of a version whose rules are not checked, though their arrays have been, and arrays of unknown codecs or
    /// types.
    public internal(set) var uncheckedGroups = 0
    private var schemaErrors = 0, schemaWarnings = 0

    /// A million channels with a million mistakes each are not worth reading about.
    public static let findingLimit = 1000

    /// Findings that were counted and not kept.
    public var omittedCount: Int { errorCount + warningCount - findings.count }

    /// What it comes to.
    public var verdict: Verdict { errorCount > 0 ? .invalid : uncheckedGroups > 0 ? .unchecked : .valid }

    /// True where everything was checked and there is no error.
    public var isValid: Bool { verdict == .valid }

    /// True where the schemas published with the specification accept the metadata.
    ///
    /// - Parameter strict: whether the "strict" schemas, which demand what is recommended, are meant.
    public func agreesWithSchemas(strict: Bool = false) -> Bool {
        schemaErrors == 0 && !(strict && schemaWarnings > 0)
    }

    /// Adds what other rules found in the same hierarchy.
    public mutating func add(_ findings: [Finding]) {
        for finding in findings { add(finding) }
    }

    mutating func add(_ finding: Finding) {
        let isError = finding.severity == .error, isOfSchema = finding.authority == .schema
        errorCount += isError ? 1 : 0
        warningCount += isError ? 0 : 1
        schemaErrors += isError && isOfSchema ? 1 : 0
        schemaWarnings += !isError && isOfSchema ? 1 : 0
        if findings.count < Self.findingLimit { findings.append(finding) }
    }
}
