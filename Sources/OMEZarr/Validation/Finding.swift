public import Zarr

/// One thing a validator has to say about an OME-Zarr.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable {
        /// A rule the specification demands (MUST) is broken.
        case error
        /// A rule it recommends (SHOULD) is broken, or readers in the wild will stumble.
        case warning
    }

    /// Who says so.
    public enum Authority: String, Sendable, Hashable {
        /// The JSON schemas published with the specification, or the test suite that comes with them. Recommendations
        /// of the "strict" schemas are warnings.
        case schema
        /// The text of the specification, where schemas cannot or do not look.
        case text
        /// The arrays and groups the metadata speak about.
        case store
    }

    /// How bad it is.
    public var severity: Severity
    /// Who says so.
    public var authority: Authority
    /// The group or array it is about.
    public var key: StoreKey
    /// JSON pointer (RFC 6901) into the attributes; empty for the whole.
    public var pointer: String
    /// Number of the rule in docs/validation.md.
    public var rule: Int
    /// What is wrong.
    public var message: String
    /// What to do about it.
    public var remedy: String

    /// Severity, place, message, remedy in one line.
    public var description: String {
        "\(severity.rawValue): \(key)\(pointer.isEmpty ? "" : "#\(pointer)"): \(message) (rule \(rule)). \(remedy)"
    }
}
