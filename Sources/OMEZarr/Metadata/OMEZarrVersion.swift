public import Zarr

/// The versions of OME-Zarr that are written. Older and newer ones are read with goodwill.
public enum OMEZarrVersion: String, Sendable, CaseIterable, Hashable {
    /// 0.4, stored as Zarr v2.
    case v04 = "0.4"
    /// 0.5, stored as Zarr v3.
    case v05 = "0.5"

    /// The Zarr format the specification demands.
    public var zarrFormat: ZarrFormat {
        switch self {
        case .v04: .v2
        case .v05: .v3
        }
    }

    /// The version an OME-Zarr of this Zarr format is read as where it does not say.
    public init(zarrFormat: ZarrFormat) {
        switch zarrFormat {
        case .v2, .n5: self = .v04
        case .v3: self = .v05
        }
    }
}
