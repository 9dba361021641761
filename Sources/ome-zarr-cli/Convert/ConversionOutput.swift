import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder or archive a conversion writes: never one that holds something else.
struct ConversionOutput {
    /// What lies at the path before the conversion.
    enum State: Equatable {
        case absent
        case empty
        /// A Zarr, or what an interrupted conversion left: these entries and nothing else.
        case replaceable([String])
    }

    let path: String

    /// The output's name without its ending, `cells` of `out/cells.ome.zarr`; nil where the path ends in none.
    var name: String? {
        guard var name = path.split(separator: "/").last, name != ".", name != ".." else { return nil }
        for ending in [".ozx", ".zarr", ".ome"] where name.lowercased().hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name.isEmpty ? nil : String(name)
    }

    /// Looks at what lies at the path, and touches nothing.
    ///
    /// - Parameter input: the path that is read; neither may lie in the other.
    /// - Throws: ``Refusal`` where something lies there that may not be replaced; ``ZarrError`` where the machine does
    ///   not let us look.
    func check(input: String, overwrite: Bool) throws -> State {
        let state = try look()
        let input = FileIdentity.lineage(of: input), output = FileIdentity.lineage(of: path)
        let isAbove = state != .absent && output.first.map(input.contains) ?? false
        guard !isAbove, !(input.first.map(output.contains) ?? false) else {
            throw Refusal("\(path) and the input lie in each other or are the same: choose an output elsewhere")
        }
        if case .replaceable = state, !overwrite {
            throw Refusal("\(path) exists: add --overwrite to replace it, or choose another name")
        }
        return state
    }

    private func look() throws -> State {
        guard let isFolder = try isFolder() else { return .absent }
        guard isFolder else {
            if isArchive { return try lookAtArchive() }
            throw Refusal("\(path) is a file; choose the name of a folder that does not exist yet")
        }
        if isArchive { throw Refusal("\(path) is a folder; choose the name of an archive that does not exist yet") }
        let store = try DirectoryStore(path: path, create: false)
        let folder = ZarrFolder(store: store, entries: try store.list(.root))
        if folder.entries.isEmpty { return .empty }
        guard try folder.isZarr() else {
            throw Refusal(
                "\(path) is a folder that holds no Zarr; --overwrite replaces nothing else, choose another name")
        }
        if let entry = try folder.foreignEntry() {
            throw Refusal(
                "\(path) also holds \(entry), which is no part of a Zarr; --overwrite would delete it: move it away, "
                    + "or choose another name")
        }
        return .replaceable(folder.entries)
    }

    /// Nil where nothing lies at the path; links to folders count as folders.
    private func isFolder() throws -> Bool? {
        // With a "/" at its end a link that leads nowhere would look absent.
        var place = path
        while place.utf8.count > 1 && place.hasSuffix("/") { place.removeLast() }
        var status = stat()
        guard lstat(place, &status) == 0 else {
            if errno == ENOENT { return nil }
            let code = errno, reason = String(cString: strerror(code))
            throw ZarrError(.ioFailure, "cannot look at \(path): \(reason); check the path", errno: code)
        }
        guard status.st_mode & S_IFMT == S_IFLNK else { return status.st_mode & S_IFMT == S_IFDIR }
        guard stat(place, &status) == 0 else {
            throw Refusal("\(path) is a symbolic link that leads nowhere; remove it, or choose another name")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Refusal("\(path) is a symbolic link to a file; remove it, or choose another name")
        }
        return true
    }

    /// Starts the archive, or makes the folder where it is missing and marks it as unfinished.
    ///
    /// - Parameter state: what ``check(input:overwrite:)`` found.
    func open(_ state: State) throws -> any WritableStore {
        if isArchive { return try ZipWriter(path: path) }
        let store = try DirectoryStore(path: path, create: true)
        if state == .absent || state == .empty {
            // Making "missing/../folder" may lead to a folder that nobody has looked at.
            guard try store.list(.root).isEmpty else {
                throw Refusal("\(path) has just appeared or is spelled in a roundabout way: choose another name")
            }
        }
        try store.write(
            StoreKey(ZarrFolder.marker), Array("ome-zarr writes this folder and removes this file at the end.\n".utf8))
        return store
    }

    /// Removes what was identified as replaceable and nothing else, the documents that made it an image first. An
    /// archive is replaced when the new one is finished.
    func clear(_ state: State, of store: any WritableStore) throws {
        guard case .replaceable(let entries) = state else { return }
        let documents = entries.filter(ZarrFolder.documents.contains)
        let rest = entries.filter { !documents.contains($0) && $0 != ZarrFolder.marker }
        for name in documents + rest {
            try Interruption.check()
            try store.remove(StoreKey(name))
        }
    }

    /// Completes the conversion: takes the mark away, or writes the archive's directory.
    func finish(_ store: any WritableStore, _ version: OMEZarrVersion) throws {
        guard let archive = store as? ZipWriter else { return try store.remove(StoreKey(ZarrFolder.marker)) }
        try archive.finish(comment: OZXRules.comment(version))
    }

    /// What to say of a conversion that failed. Of an archive nothing is left.
    func abandon(_ store: any WritableStore, _ cause: any Error) -> any Error {
        guard let archive = store as? ZipWriter else { return IncompleteOutput(path: path, cause: cause) }
        archive.abandon()
        return cause
    }
}
