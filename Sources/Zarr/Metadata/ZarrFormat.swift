/// The format in which a node is stored.
public enum ZarrFormat: Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case v2, v3
    /// What Zarr v2 grew out of; it is read, never written.
    case n5

    /// What `zarr_format` says; nil for N5, which has no such member.
    public var version: Int? {
        switch self {
        case .v2: 2
        case .v3: 3
        case .n5: nil
        }
    }

    /// `Zarr v2`, `Zarr v3` or `N5`.
    public var description: String { version.map { "Zarr v\($0)" } ?? "N5" }
}
