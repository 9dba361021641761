import Zarr

/// The objects of one array on their way into a store: each is noted in the array's ledger, and what was complete before
/// is not written again.
final class LedgerStore: WritableStore {
    private let base: any WritableStore
    private let ledger: ArrayLedger

    init(_ base: any WritableStore, _ ledger: ArrayLedger) {
        self.base = base
        self.ledger = ledger
    }

    var name: String { base.name }

    func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        guard let index = ledger.index(of: key) else { return try base.write(key, bytes) }
        if ledger.wasComplete(index) { return }
        try base.write(key, bytes)
        try ledger.note(index, ObjectStamp(of: bytes))
    }

    func begin(_ key: StoreKey) throws -> any ObjectWriter {
        guard let index = ledger.index(of: key) else { return try base.begin(key) }
        if ledger.wasComplete(index) { return try DiscardingStore().begin(key) }
        return try StampingStore(base) { [ledger] _, stamp in try ledger.note(index, stamp) }.begin(key)
    }

    func remove(_ key: StoreKey) throws { try base.remove(key) }

    func read(_ key: StoreKey) throws -> [UInt8]? { try base.read(key) }

    func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try base.read(key, ranges) }

    func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        try base.read(key, ranges, into: place)
    }

    func size(_ key: StoreKey) throws -> Int? { try base.size(key) }

    func list(_ key: StoreKey) throws -> [String] { try base.list(key) }
}
