/// The version of the Zarr format, as `zarr_format` gives it.
public enum ZarrFormat: Int, Sendable, Hashable, CaseIterable {
    case v2 = 2
    case v3 = 3
}
