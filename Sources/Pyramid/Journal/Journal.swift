import Synchronization
public import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file in an unfinished output that says what of it is complete. Where it is, the output is not finished.
///
/// Lines are gathered and written a few at a time: one that is lost only means that something is made again. Nothing is
/// synced: after a power failure the checksums of objects tell which of them arrived.
public final class Journal: Sendable {
    /// The name of the file, in the root of the output.
    public static let file = ".ome-zarr-conversion"

    /// Gathered this long, or until a unit is made.
    private static let mostPending = 16 << 10

    private let output: AppendedFile
    private let pending = Mutex<[UInt8]>([])

    private init(_ output: AppendedFile) { self.output = output }

    /// Starts a journal. Of several processes that do so at once, one has it.
    ///
    /// - Parameters:
    ///   - isRepair: whether parts of a finished output are made again.
    ///   - replacing: whether one that is there already is replaced.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where another process is writing the output, `.ioFailure` where
    ///   the journal cannot be written.
    public static func start(
        in store: DirectoryStore, _ identity: ConversionIdentity, isRepair: Bool = false, replacing: Bool = true
    ) throws -> Journal {
        var entries = [JournalEntry.identity(identity), .boot(bootName())]
        if isRepair { entries.append(.repair) }
        let key = try StoreKey(file), isThere = try replacing && store.size(key) != nil
        let earlier = isThere ? try store.appendedFile(key) : nil
        return Journal(try store.appendedFile(making: key, entries.flatMap(\.line), replacing: earlier))
    }

    /// Goes on with the journal of a conversion that was interrupted.
    ///
    /// - Returns: nil where there is none.
    /// - Throws: ``ZarrError`` with code `.corrupt` where its beginning is damaged, `.invalidCall` where another process
    ///   is writing it.
    public static func reopen(in store: DirectoryStore) throws -> (journal: Journal, contents: JournalContents)? {
        guard try store.size(StoreKey(file)) != nil else { return nil }
        let journal = Journal(try store.appendedFile(StoreKey(file)))
        guard let bytes = try store.read(StoreKey(file)) else { return nil }
        guard let contents = JournalContents(bytes, boot: bootName()) else {
            throw ZarrError(
                .corrupt,
                "what was complete of \(store.name) is not known, because its journal \(file) is damaged; start anew with "
                    + "--overwrite")
        }
        // What was torn must not swallow the next line.
        if bytes.last != UInt8(ascii: "\n") { try journal.output.append([UInt8(ascii: "\n")]) }
        return (journal, contents)
    }

    /// - Throws: ``ZarrError`` with code `.invalidCall` where another process is writing the output.
    public static func refuseIfInUse(in store: DirectoryStore) throws {
        if try store.size(StoreKey(file)) != nil { _ = try store.appendedFile(StoreKey(file)) }
    }

    /// Says that what lay in the folder before is gone.
    func noteCleared() throws { try note(.cleared, atOnce: true) }

    func note(_ entry: JournalEntry, atOnce: Bool = false) throws {
        let line = entry.line
        try pending.withLock { pending in
            pending += line
            guard atOnce || pending.count >= Self.mostPending else { return }
            let bytes = pending
            pending.removeAll(keepingCapacity: true)
            try output.append(bytes)
        }
    }

    /// Writes what was gathered.
    func flush() throws {
        try pending.withLock { pending in
            let bytes = pending
            pending = []
            if !bytes.isEmpty { try output.append(bytes) }
        }
    }

    /// Another one after each start of the machine; "-", which equals no other, where the system has none.
    private static func bootName() -> String {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "-" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        let name = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).filter { !$0.isWhitespace }
        return name.isEmpty ? "-" : name
    }
}
