public import Zarr

/// The versions of OME-Zarr whose rules are checked.
///
/// 0.1 to 0.3 and the development versions of 0.6 and later are read, but their rules are not checked.
public enum SpecificationVersion: String, Sendable, CaseIterable, Hashable {
    /// 0.4, stored as Zarr v2.
    case v04 = "0.4"
    /// 0.5, stored as Zarr v3.
    case v05 = "0.5"
    /// 0.6, as its first release candidate has it; stored as Zarr v3.
    case v06 = "0.6"

    /// The version by whose rules metadata are judged.
    ///
    /// - Parameters:
    ///   - text: the version they name; nil where they name none.
    ///   - format: the Zarr format they are stored in.
    /// - Returns: nil where the version is sound, but not checked. A version that never was is judged, and found wrong,
    ///   by the one its Zarr format stands for.
    public init?(_ text: String?, _ format: ZarrFormat) {
        switch (format, text) {
        case (.v2, "0.1"), (.v2, "0.2"), (.v2, "0.3"): return nil
        case (.v2, _): self = .v04
        case (.v3, let text?) where Self.v06.isNamed(text): self = .v06
        case (.v3, let text?) where ["0.6", "0.7", "0.8", "0.9", "1."].contains(where: text.hasPrefix): return nil
        case (.v3, _): self = .v05
        case (.n5, _): return nil
        }
    }

    /// Whether metadata of this version may name their version so.
    ///
    /// A release candidate of 0.6 may, and the final name as well: files are written with it, although the schemas of
    /// the candidate ask for the candidate's own.
    func isNamed(_ text: String) -> Bool {
        text == rawValue || self == .v06 && text.hasPrefix("0.6rc")
    }
}
