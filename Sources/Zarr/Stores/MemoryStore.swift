import Synchronization

/// Objects in memory.
public final class MemoryStore: WritableStore {
    /// "memory".
    public let name = "memory"
    private let objects = Mutex<[String: [UInt8]]>([:])

    /// An empty store.
    public init() {}

    /// The whole object; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? { objects.withLock { $0[key.path] } }

    /// Parts of an object; nil where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        guard let object = try read(key) else { return nil }
        return try ZarrError.locating(key, "\(key) is too short") {
            try ranges.map { Array(object[try $0.resolved(in: object.count)]) }
        }
    }

    /// The object's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? { objects.withLock { $0[key.path]?.count } }

    /// The names directly below a key; sorted. Costs a look at every object.
    public func list(_ key: StoreKey) throws -> [String] {
        objects.withLock { $0.keys.names(directlyBelow: key) }
    }

    /// Stores a whole object.
    public func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        guard key != .root else {
            throw ZarrError(.invalidCall, "the root cannot hold bytes: give the key of an object")
        }
        let object = Array(bytes)
        objects.withLock { $0[key.path] = object }
    }

    /// Starts an object that appears when committed.
    public func begin(_ key: StoreKey) throws -> any ObjectWriter { MemoryWriter(store: self, key: key) }

    /// Removes an object and everything below its key.
    public func remove(_ key: StoreKey) throws {
        objects.withLock { objects in objects = objects.filter { !key.isAtOrAbove($0.key) } }
    }
}

private final class MemoryWriter: ObjectWriter {
    private let store: MemoryStore
    private let key: StoreKey
    private var bytes = [UInt8]()
    private var isFinished = false

    init(store: MemoryStore, key: StoreKey) {
        self.store = store
        self.key = key
    }

    var count: Int { bytes.count }

    func append(_ more: UnsafeRawBufferPointer) throws { bytes.append(contentsOf: more) }

    func commit() throws {
        guard !isFinished else { throw ZarrError(.invalidCall, "\(key) is finished already", key: key) }
        isFinished = true
        try store.write(key, bytes)
    }

    func abandon() { isFinished = true }
}
