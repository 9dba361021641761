import OMEZarr
import Pyramid
import Zarr

extension StorePath {
    /// Says how to go on where an output lies that is not complete enough to be anything else.
    ///
    /// One that is being repaired is still what it was.
    ///
    /// - Throws: ``Refusal``; ``ZarrError`` where it cannot be read.
    func refuseUnfinished(_ path: String) throws {
        guard let unfinished = try UnfinishedOutput(store, key), try ZarrNode.read(store, key) == nil else { return }
        throw unfinished.refusal(path)
    }
}
