/// A store that can only be read, whatever the one behind it can.
public struct ReadOnlyStore: ReadableStore {
    private let base: any ReadableStore

    /// Hides everything of `base` but reading.
    public init(_ base: any ReadableStore) { self.base = base }

    /// The name of the store behind.
    public var name: String { base.name }

    /// The whole object; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? { try base.read(key) }

    /// Parts of an object; nil where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try base.read(key, ranges) }

    /// Parts of an object, to where the caller wants them; false where there is none.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        try base.read(key, ranges, into: place)
    }

    /// The object's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? { try base.size(key) }

    /// The names directly below a key, sorted.
    public func list(_ key: StoreKey) throws -> [String] { try base.list(key) }
}
