import OMEZarr
import Pyramid
import Zarr

/// An output that keeps no journal while it is written, and gets no manifest: a copy is made again from the start.
extension ConversionOutput {
    /// Looks at what lies at the path, and touches nothing.
    ///
    /// - Throws: as ``check(input:_:)``.
    func check(input: String, overwrite: Bool) throws -> State {
        try check(input: input, overwrite ? .replace : .keep)
    }

    /// Starts the archive, or an empty folder with a mark that it is unfinished.
    ///
    /// - Parameter state: what ``check(input:overwrite:)`` found.
    func begin(_ state: State) throws -> any WritableStore {
        if isArchive { return try ZipWriter(path: path) }
        let store = try DirectoryStore(path: path, create: true)
        var names = try store.list(.root)
        if case .replaceable(let entries) = state {
            try Journal.refuseIfInUse(in: store)
            names = entries
        } else if !names.isEmpty {
            // Making "missing/../folder" may lead to a folder that nobody has looked at.
            throw Refusal("\(path) has just appeared or is spelled in a roundabout way: choose another name")
        }
        try store.write(
            StoreKey(ZarrFolder.marker), Array("ome-zarr writes this folder and removes this file at the end.\n".utf8))
        // What made it a Zarr goes first, so that what is left by an accident is none.
        let documents = names.filter(ZarrFolder.documents.contains)
        for name in documents + names where name != ZarrFolder.marker {
            try Interruption.check()
            try store.remove(StoreKey(name))
        }
        return store
    }

    /// Takes the mark away, or writes the archive's directory.
    func end(_ store: any WritableStore, _ version: OMEZarrVersion) throws {
        guard let archive = store as? ZipWriter else { return try store.remove(StoreKey(ZarrFolder.marker)) }
        try archive.finish(comment: OZXRules.comment(version))
    }

    /// What to say of a copy that failed. Of an archive nothing is left.
    func give(up store: any WritableStore, _ cause: any Error) -> any Error {
        guard let archive = store as? ZipWriter else {
            return IncompleteOutput(path: path, cause: cause, remains: .nothing)
        }
        archive.abandon()
        return cause
    }
}
