public import Zarr

/// A store that takes everything and keeps nothing but a few objects: what is run into it is only looked at.
public struct DiscardingStore: WritableStore {
    private let kept = MemoryStore()
    private let keys: Set<StoreKey>

    /// - Parameter keys: of the objects that are kept.
    public init(keeping keys: Set<StoreKey> = []) { self.keys = keys }

    /// "nowhere".
    public var name: String { "nowhere" }

    /// Keeps an object, where it is one of those to keep.
    public func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {
        if keys.contains(key) { try kept.write(key, bytes) }
    }

    /// An object that is kept where it is one of those to keep.
    public func begin(_ key: StoreKey) throws -> any ObjectWriter {
        keys.contains(key) ? try kept.begin(key) : NoWriter()
    }

    /// Forgets an object.
    public func remove(_ key: StoreKey) throws { try kept.remove(key) }

    /// An object that was kept.
    public func read(_ key: StoreKey) throws -> [UInt8]? { try kept.read(key) }

    /// Parts of an object that was kept.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try kept.read(key, ranges) }

    /// The size of an object that was kept.
    public func size(_ key: StoreKey) throws -> Int? { try kept.size(key) }

    /// The names of objects that were kept.
    public func list(_ key: StoreKey) throws -> [String] { try kept.list(key) }
}

/// Counts the bytes of an object that goes nowhere.
final class NoWriter: ObjectWriter {
    private(set) var count = 0
    func append(_ bytes: UnsafeRawBufferPointer) throws { count += bytes.count }
    func commit() throws {}
    func abandon() {}
}
