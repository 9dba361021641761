import Synchronization
import Zarr

/// A store in memory that remembers which objects were read and written, and how often.
final class NotingStore: WritableStore {
    let name = "memory"
    private let base = MemoryStore()
    private let notes = Mutex((reads: [StoreKey: Int](), writes: [StoreKey: Int]()))

    /// How often each object was read that was there.
    var reads: [StoreKey: Int] { notes.withLock { $0.reads } }
    /// How often each object was written, and whether it was committed is not asked.
    var writes: [StoreKey: Int] { notes.withLock { $0.writes } }

    func forget() { notes.withLock { $0 = ([:], [:]) } }

    /// The keys of all objects.
    func keys(below key: StoreKey = .root) throws -> [StoreKey] {
        try list(key).flatMap { name in
            let below = try key.appending(name)
            return try size(below) == nil ? keys(below: below) : [below]
        }
    }

    func read(_ key: StoreKey) throws -> [UInt8]? { try noting(key, base.read(key)) }

    func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try noting(key, base.read(key, ranges)) }

    func size(_ key: StoreKey) throws -> Int? { try base.size(key) }
    func list(_ key: StoreKey) throws -> [String] { try base.list(key) }
    func remove(_ key: StoreKey) throws { try base.remove(key) }

    func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        notes.withLock { $0.writes[key, default: 0] += 1 }
        try base.write(key, bytes)
    }

    func begin(_ key: StoreKey) throws -> any ObjectWriter {
        notes.withLock { $0.writes[key, default: 0] += 1 }
        return try base.begin(key)
    }

    private func noting<Value>(_ key: StoreKey, _ value: Value?) -> Value? {
        if value != nil { notes.withLock { $0.reads[key, default: 0] += 1 } }
        return value
    }
}
