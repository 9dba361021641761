import OMEZarr
import Pyramid
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder or archive a conversion writes: never one that holds something else.
struct ConversionOutput {
    /// What lies at the path before the conversion.
    enum State {
        case absent
        case empty
        /// A Zarr, or what an interrupted conversion left: these entries and nothing else.
        case replaceable([String])
        /// What an interrupted conversion left, to be gone on with.
        case unfinished
        /// An output that is complete, and what it was made from; nothing remains to be done.
        case finished(ConversionIdentity)
        /// An output of which parts are to be made again.
        case damaged(Damage)

        /// True where there is nothing to be careful with.
        var isEmpty: Bool {
            switch self {
            case .absent, .empty: true
            default: false
            }
        }
    }

    /// What a damaged output should hold, and what is wrong with it.
    struct Damage {
        let manifest: ManifestContents
        let found: Discrepancies
        /// How the output was made.
        let identity: ConversionIdentity
    }

    /// What to do with an output that is there already.
    enum Wish {
        case keep, replace, resume
    }

    let path: String
    /// True where damaged parts of a finished output are made again.
    var isRepair = false

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
    func check(input: String, _ wish: Wish) throws -> State {
        if wish == .resume && isArchive {
            throw Refusal(
                "an archive cannot be gone on with, because nothing is left of one that was interrupted: convert to a "
                    + "folder, and make the archive of it with 'ome-zarr copy'")
        }
        let state = try wish == .resume ? lookForRemains() : look()
        let input = FileIdentity.lineage(of: input), output = FileIdentity.lineage(of: path)
        var isAbove = output.first.map(input.contains) ?? false
        if case .absent = state { isAbove = false }
        guard !isAbove, !(input.first.map(output.contains) ?? false) else {
            throw Refusal("\(path) and the input lie in each other or are the same: choose an output elsewhere")
        }
        if case .replaceable = state, wish == .keep {
            if !isArchive { try refuseUnfinished() }
            throw Refusal("\(path) exists: add --overwrite to replace it, or choose another name")
        }
        return state
    }

    private func refuseUnfinished() throws {
        let store = try DirectoryStore(path: path, create: false)
        do {
            try Journal.refuseIfInUse(in: store)
        } catch let error as ZarrError where error.code == .invalidCall {
            throw Refusal(error.message)
        }
        if let unfinished = try UnfinishedOutput(store) { throw unfinished.refusal(path) }
    }

    /// Looks for what an interrupted conversion left, or a complete one.
    private func lookForRemains() throws -> State {
        guard try isFolder() == true else { return try look() }
        let store = try DirectoryStore(path: path, create: false)
        if let unfinished = try UnfinishedOutput(store) {
            // What was edited or added since the conversion would be lost.
            guard unfinished != .repair else { throw unfinished.refusal(path) }
            return .unfinished
        }
        let document = try MetadataDocument.read(store, StoreKey(Manifest.conversion))
        if let identity = document.flatMap(ConversionIdentity.init) { return .finished(identity) }
        let state = try look()
        if state.isEmpty { return state }
        throw Refusal(
            "\(path) exists, and nothing in it says how it was made, so there is nothing to go on with: add "
                + "--overwrite to replace it, or choose another name")
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

    /// Starts the archive, or makes the folder where it is missing and marks it as unfinished by its journal.
    ///
    /// - Parameter state: what ``check(input:_:)`` found.
    func open(_ state: State, _ prepared: PreparedConversion) throws -> RecordedStore {
        try open(state, prepared.identity, threads: prepared.plans.map(\.memory.threads).max() ?? 1)
    }

    /// Starts or goes on with what has an identity.
    ///
    /// - Parameters:
    ///   - threads: that check what is complete.
    ///   - holdsRoot: whether the documents of the root come last.
    func open(
        _ state: State, _ identity: ConversionIdentity, threads: Int, holdsRoot: Bool = true
    ) throws -> RecordedStore {
        if isArchive { return RecordedStore(try ZipWriter(path: path), identity, holdsRoot: holdsRoot) }
        let store = try DirectoryStore(path: path, create: true)
        switch state {
        case .unfinished, .finished: return try reopen(store, identity, threads: threads, holdsRoot: holdsRoot)
        case .absent, .empty:
            return RecordedStore(store, identity, journal: try begin(store, identity), holdsRoot: holdsRoot)
        case .replaceable:
            return RecordedStore(
                store, identity, journal: try Journal.start(in: store, identity), holdsRoot: holdsRoot)
        case .damaged(let damage):
            let journal = try Journal.start(in: store, damage.identity, isRepair: true)
            return try RecordedStore(
                repairing: store, damage.identity, journal: journal, damage.manifest, damage.found)
        }
    }

    /// Starts a journal in a folder that was empty a moment ago, and looks once more: with the journal there, nobody else
    /// begins.
    private func begin(_ store: DirectoryStore, _ identity: ConversionIdentity) throws -> Journal {
        let journal = try Journal.start(in: store, identity, replacing: false)
        // Making "missing/../folder" may lead to a folder that nobody has looked at.
        guard try store.list(.root) == [Journal.file] else {
            try store.remove(StoreKey(Journal.file))
            throw Refusal("\(path) has just appeared or is spelled in a roundabout way: choose another name")
        }
        return journal
    }

    private func reopen(
        _ store: DirectoryStore, _ identity: ConversionIdentity, threads: Int, holdsRoot: Bool
    ) throws -> RecordedStore {
        guard let (journal, contents) = try Journal.reopen(in: store) else {
            throw Refusal("\(path) has just changed: somebody else is writing there")
        }
        try refuse(identity, unless: contents.identity)
        return RecordedStore(
            store, contents.identity, journal: journal, earlier: contents, threads: threads, holdsRoot: holdsRoot)
    }

    /// Refuses to go on with what another conversion began.
    func refuse(_ identity: ConversionIdentity, unless earlier: ConversionIdentity) throws {
        guard let difference = identity.difference(from: earlier) else { return }
        throw Refusal("\(path) cannot be gone on with: \(difference); --overwrite starts anew")
    }

    /// Removes what is not wanted: of a Zarr to be replaced everything, the documents that made it an image first; of an
    /// unfinished output temporary files and documents. An archive is replaced when the new one is finished.
    func clear(_ state: State, of store: RecordedStore) throws {
        guard !isArchive else { return }
        let folder = try DirectoryStore(path: path, create: false)
        var names: [String] = []
        switch state {
        // What nothing of ours wrote stays in a damaged output.
        case .absent, .empty, .finished, .damaged: break
        case .replaceable(let entries): names = entries
        case .unfinished:
            let entries = try folder.list(.root)
            names = store.isCleared ? entries.filter(ZarrFolder.documents.contains) : try Self.replaceable(folder)
        }
        let documents = names.filter(ZarrFolder.documents.contains)
        for name in documents + names where name != Journal.file {
            try Interruption.check()
            try folder.remove(StoreKey(name))
        }
        if !state.isEmpty { try folder.removeTemporaryFiles() }
        try store.noteCleared()
    }

    /// What an overwriting that was interrupted has not removed yet.
    private static func replaceable(_ store: DirectoryStore) throws -> [String] {
        let folder = ZarrFolder(store: store, entries: try store.list(.root))
        guard let entry = try folder.foreignEntry() else { return folder.entries }
        throw Refusal(
            "\(store.path) also holds \(entry), which is no part of a Zarr; going on would delete it: move it away, or "
                + "choose another name")
    }

    /// Completes the conversion: the manifest, the documents of the root, and the end of the journal; or the archive's
    /// directory.
    func finish(_ store: RecordedStore, _ version: OMEZarrVersion, isDurable: Bool) throws {
        try store.finish(version.zarrFormat, isDurable: isDurable)
        guard let archive = store.base as? ZipWriter else { return }
        try archive.finish(comment: OZXRules.comment(version))
        if isDurable { try DirectoryStore(path: FilePlace.folder(of: path), create: false).syncAll() }
    }

    /// What to say of a conversion that failed. Of an archive nothing is left.
    func abandon(_ store: RecordedStore, _ cause: any Error) -> any Error {
        guard let archive = store.base as? ZipWriter else {
            // What is not written down is only made again.
            try? store.flush()
            return IncompleteOutput(path: path, cause: cause, remains: isRepair ? .repair : .conversion)
        }
        archive.abandon()
        return cause
    }
}
