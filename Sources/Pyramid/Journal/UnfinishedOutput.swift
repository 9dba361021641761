public import Zarr

/// What was being done to an output that has a journal, and so is not finished.
public enum UnfinishedOutput: Sendable, Hashable {
    /// It is written for the first time.
    case conversion
    /// It is written anew, and part of what it held before may still be there.
    case replacement
    /// Damaged parts of it are made again.
    case repair
    /// Something that cannot be gone on with, as its journal does not say what.
    case unknown

    // What was being done is said in the first lines.
    private static let headBytes = 256 << 10

    /// Looks at an output, whether somebody is writing it or not.
    ///
    /// - Returns: nil where it has no journal.
    /// - Throws: ``ZarrError`` where the machine does not let us look.
    public init?(_ store: any ReadableStore, _ root: StoreKey = .root) throws {
        let key = try root.appending(Journal.file)
        guard let size = try store.size(key),
            let head = try store.read(key, [.from(offset: 0, count: min(size, Self.headBytes))])?.first
        else { return nil }
        guard let contents = JournalContents(head, boot: "-") else {
            self = .unknown
            return
        }
        self = contents.isRepair ? .repair : contents.isCleared ? .conversion : .replacement
    }
}
