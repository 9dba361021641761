import OMEZarr
import Zarr

extension ConversionOutput {
    /// True where the path names a zipped OME-Zarr.
    var isArchive: Bool { path.lowercased().hasSuffix(".ozx") }

    /// Refuses what a zipped OME-Zarr cannot be.
    func check(_ version: OMEZarrVersion) throws {
        guard isArchive, version == .v04 else { return }
        throw UsageError(
            "\(path) would be a zipped OME-Zarr, which needs version 0.5 or later: leave --ome-version out, or write "
                + "a folder")
    }

    /// What the file at the path is: a zipped Zarr, which may be replaced, or something else.
    func lookAtArchive() throws -> State {
        do {
            if try ZipStore(path: path).size(StoreKey("zarr.json")) != nil { return .replaceable([]) }
        } catch let error as ZarrError where error.code != .ioFailure {
            // No archive: not ours to replace.
        }
        throw Refusal(
            "\(path) is a file that is no zipped Zarr; --overwrite replaces nothing else, choose another name")
    }
}
