import OMEZarr
import Synchronization
public import Zarr

/// The store of one conversion: whatever is written through it is remembered, with its size and checksum, for the
/// manifest, and in a journal for whoever has to go on after an interruption.
///
/// The documents of the root are held back until ``finish(_:)``: nothing but they make a folder an image, so that what
/// was interrupted, wherever that was, never looks like one.
public final class RecordedStore: WritableStore {
    /// Where everything goes in the end.
    public let base: any WritableStore
    private let journal: Journal?
    private let identity: ConversionIdentity
    private let earlier: JournalContents?
    private let threads: Int
    private let holdsRoot: Bool
    /// Of a damaged output: what it should hold, and what is wrong with it.
    private let repair: (manifest: ManifestContents, found: Discrepancies)?
    /// The documents of the root, until the end.
    private let held = MemoryStore()
    private let state = Mutex(State())

    private struct State {
        var documents: [StoreKey: ObjectStamp] = [:]
        var arrays: [ArrayLedger] = []
    }

    /// - Parameters:
    ///   - identity: what is made; it goes into the output.
    ///   - journal: nil where the store cannot be gone on with, such as an archive.
    ///   - earlier: what is complete already.
    ///   - threads: that check what is complete.
    ///   - holdsRoot: false where the documents of the root come first: in an archive of which all is known beforehand,
    ///     and of an array whose chunks nobody would know for such without them.
    public init(
        _ base: any WritableStore, _ identity: ConversionIdentity, journal: Journal? = nil,
        earlier: JournalContents? = nil, threads: Int = 1, holdsRoot: Bool = true
    ) {
        self.base = base
        self.identity = identity
        self.journal = journal
        self.earlier = earlier
        self.threads = threads
        self.holdsRoot = holdsRoot
        repair = nil
    }

    /// A damaged output, of which everything that is sound stays as it is.
    ///
    /// - Parameters:
    ///   - manifest: what the output should hold.
    ///   - found: what is wrong with it.
    public init(
        repairing base: DirectoryStore, _ identity: ConversionIdentity, journal: Journal, _ manifest: ManifestContents,
        _ found: Discrepancies
    ) throws {
        self.base = base
        self.identity = identity
        self.journal = journal
        earlier = nil
        threads = 1
        holdsRoot = true
        repair = (manifest, found)
        for name in NodeDocuments.names {
            let key = try StoreKey(name)
            if soundStamp(key) != nil, let bytes = try base.read(key) { try held.write(key, bytes) }
        }
    }

    /// The name of the store behind.
    public var name: String { base.name }

    /// Starts the ledger of an array that is going to be written.
    ///
    /// - Throws: ``ZarrError`` where objects that were complete cannot be looked at.
    func ledger(_ key: StoreKey, _ metadata: ArrayMetadata) throws -> ArrayLedger {
        let complete =
            try repair == nil
            ? earlier.map { try stillThere($0.objects[key] ?? [], key, metadata) } : soundObjects(key, metadata)
        let ledger = ArrayLedger(key, metadata, journal: journal, complete: complete)
        state.withLock { state in
            state.arrays.removeAll { $0.key == key }
            state.arrays.append(ledger)
        }
        return ledger
    }

    /// Where the objects of an array go that is going to be written, and its ledger, which they are noted in.
    ///
    /// - Throws: as ``ledger(_:_:)``.
    func objects(of key: StoreKey, _ metadata: ArrayMetadata) throws -> (store: any WritableStore, ledger: ArrayLedger)
    {
        let ledger = try ledger(key, metadata)
        return (LedgerStore(base, ledger), ledger)
    }

    /// Starts the ledger of an image's units.
    func units(_ key: StoreKey, _ plan: PyramidPlan) -> UnitLedger {
        UnitLedger(
            key, plan.image, journal: journal, level: plan.memory.unitLevel, seen: earlier?.units[key] ?? [:])
    }

    /// The objects that are as they were noted: there with their size, and with their checksum where the machine was
    /// started anew since, as the system may not have written all it had promised.
    private func stillThere(
        _ noted: [JournalContents.Object], _ key: StoreKey, _ metadata: ArrayMetadata
    ) throws -> [JournalContents.Object] {
        guard !noted.isEmpty else { return [] }
        let grid = metadata.gridShape, count = grid.reduce(1, *)
        let readsBytes = earlier?.mayHaveLostWrites ?? false
        let isThere = Mutex([Bool](repeating: false, count: noted.count))
        try WorkerPool(threads: threads).run(noted.count) { [base] task, _ in
            let object = noted[task]
            guard object.number < count else { return }
            let chunk = try key.appending(metadata.key(ofChunk: Self.index(object.number, grid)))
            let size = try base.size(chunk)
            var isSame = object.stamp.size == 0 ? size == nil : size == object.stamp.size
            if isSame && readsBytes && size != nil { isSame = try base.stamp(of: chunk) == object.stamp }
            isThere.withLock { $0[task] = isSame }
        }
        return isThere.withLock { flags in zip(noted, flags).filter { $0.1 }.map { $0.0 } }
    }

    /// The objects of a damaged array that need not be made again.
    private func soundObjects(_ key: StoreKey, _ metadata: ArrayMetadata) throws -> [JournalContents.Object] {
        var sound: [JournalContents.Object] = []
        // Without a manifest nothing is known of an array that could not be compared.
        if let repair, repair.manifest.isRecovered, repair.found.concerns(key) { return sound }
        for (number, index) in GridIndices(metadata.gridShape).enumerated() {
            guard let stamp = try soundStamp(key.appending(metadata.key(ofChunk: index))) else { continue }
            sound.append(JournalContents.Object(number: number, stamp: stamp))
        }
        return sound
    }

    /// The stamp of an object of a damaged output that is as the manifest has it; nil for others.
    private func soundStamp(_ key: StoreKey) -> ObjectStamp? {
        guard let repair, !repair.found.concerns(key) else { return nil }
        // Without a manifest nothing vouches for the document of a node that cannot be used.
        let isDocument = NodeDocuments.names.contains { key.path == $0 || key.path.hasSuffix("/" + $0) }
        if repair.manifest.isRecovered, isDocument, repair.found.concerns(key.parent ?? .root) { return nil }
        // An edit that was interrupted left the one or the other, and both are right.
        if repair.manifest.isChanging(key) { return (try? base.stamp(of: key)) ?? nil }
        return repair.manifest.entry(key).map { $0.stamp ?? ObjectStamp.nothing }
    }

    private static func index(_ number: Int, _ grid: [Int]) -> [Int] {
        var rest = number, index = grid
        for axis in grid.indices.reversed() {
            index[axis] = rest % grid[axis]
            rest /= grid[axis]
        }
        return index
    }
}

extension RecordedStore {
    /// Writes an object and notes it. A sound one of a damaged output stays, as it may have been edited since.
    public func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        if let stamp = soundStamp(key) { return note(key, stamp) }
        try target(key).write(key, bytes)
        note(key, ObjectStamp(of: bytes))
    }

    /// Starts an object that is noted when committed. A sound one of a damaged output stays.
    public func begin(_ key: StoreKey) throws -> any ObjectWriter {
        if let stamp = soundStamp(key) {
            note(key, stamp)
            return NoWriter()
        }
        return try StampingStore(target(key)) { [self] key, stamp in note(key, stamp) }.begin(key)
    }

    /// Removes an object or everything below a key, and forgets it. A sound document of a damaged output stays.
    public func remove(_ key: StoreKey) throws {
        if NodeDocuments.names.contains(key.name), let stamp = soundStamp(key), stamp != .nothing {
            return note(key, stamp)
        }
        try held.remove(key)
        try base.remove(key)
        let below = key.path + "/"
        state.withLock { state in
            state.documents = state.documents.filter { $0.key != key && !$0.key.path.utf8.starts(with: below.utf8) }
            state.arrays.removeAll { $0.key == key || $0.key.path.utf8.starts(with: below.utf8) }
        }
    }

    /// The whole object; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? { try target(key).read(key) }

    /// Parts of an object; nil where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try target(key).read(key, ranges) }

    /// Reads parts of an object to where the caller wants them.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        try target(key).read(key, ranges, into: place)
    }

    /// The object's size in bytes; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? { try target(key).size(key) }

    /// The names directly below a key. Of the root without documents that are held back.
    public func list(_ key: StoreKey) throws -> [String] { try base.list(key) }

    private func target(_ key: StoreKey) -> any WritableStore {
        holdsRoot && NodeDocuments.names.contains(key.path) ? held : base
    }

    private func note(_ key: StoreKey, _ stamp: ObjectStamp) { state.withLock { $0.documents[key] = stamp } }
}

// MARK: - Finishing

extension RecordedStore {
    /// Completes the output: its manifest, then the documents of the root, which make it an image, then the end of the
    /// journal.
    ///
    /// - Parameters:
    ///   - isDurable: waits until all of it lies on the disk; before the root's documents are written for all that is
    ///     beneath them, after that for them.
    ///   - isListed: whether the output gets a manifest, or has one that came with it or none.
    /// - Throws: ``ZarrError`` where something cannot be written or synced.
    public func finish(_ format: ZarrFormat, isDurable: Bool = false, isListed: Bool = true) throws {
        if isListed { try writeManifest(format) }
        let directory = isDurable ? base as? DirectoryStore : nil
        try directory?.syncAll()
        for key in try held.list(.root).map({ try StoreKey($0) }) {
            guard let bytes = try held.read(key) else { continue }
            if let directory {
                try directory.writeDurably(key, bytes)
            } else {
                try base.write(key, bytes)
            }
        }
        guard journal != nil else { return }
        try base.remove(StoreKey(Journal.file))
        try directory?.sync(.root)
    }

    private func writeManifest(_ format: ZarrFormat) throws {
        let group = try StoreKey(Manifest.group)
        // What an interrupted run left there does not count: this one knows only what it wrote.
        let written = state.withLock { Set($0.documents.keys) }
        if try NodeDocuments.names.allSatisfy({ try !written.contains(group.appending($0)) }) {
            try ZarrGroup.create(self, group, format: format)
        }
        try write(StoreKey(Manifest.conversion), identity.json.serialized(pretty: true))
        let (documents, arrays) = state.withLock { ($0.documents, $0.arrays) }
        try Manifest.write(to: base, identity, documents, arrays, keeping: repair?.manifest)
    }

    /// Writes down what is complete, for whoever goes on.
    public func flush() throws { try journal?.flush() }

    /// True where nothing is left in the folder of what was there before the conversion was begun.
    public var isCleared: Bool { earlier?.isCleared ?? false }

    /// Says that nothing is left of what was there before.
    public func noteCleared() throws {
        if !isCleared { try journal?.noteCleared() }
    }
}

/// The documents that make a folder a node of a hierarchy.
enum NodeDocuments {
    static let names: Set<String> = ["zarr.json", ".zgroup", ".zattrs", ".zarray", ".zmetadata"]
}
