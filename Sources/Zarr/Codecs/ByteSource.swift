/// The encoded bytes of one chunk, wherever they lie: read whole or in parts. Absent chunks are nil.
public protocol ByteSource {
    /// What it is called; equal names in one ``ShardIndexCache`` are the same bytes.
    var name: String { get }
    /// Where indexes of shards are kept between reads; nil keeps none.
    var shardIndexes: ShardIndexCache? { get }

    /// All bytes.
    func read() throws -> [UInt8]?
    /// Parts, in the order asked for.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where a range reaches past the end.
    func read(_ ranges: [ByteRange]) throws -> [[UInt8]]?
}

/// An object of a store as a source.
public struct StoredObject: ByteSource {
    /// Where the object is.
    public let store: any ReadableStore
    /// The object's key.
    public let key: StoreKey
    /// Where indexes of shards are kept; nil keeps none.
    public let shardIndexes: ShardIndexCache?

    /// An object of a store.
    ///
    /// - Parameter shardIndexes: a cache used with this store alone.
    public init(_ store: any ReadableStore, _ key: StoreKey, shardIndexes: ShardIndexCache? = nil) {
        self.store = store
        self.key = key
        self.shardIndexes = shardIndexes
    }

    /// The key.
    public var name: String { key.path }

    /// The whole object.
    public func read() throws -> [UInt8]? { try store.read(key) }

    /// Parts of the object.
    public func read(_ ranges: [ByteRange]) throws -> [[UInt8]]? { try store.read(key, ranges) }
}

/// A part of a source: a chunk that lies in a shard.
struct SourceSlice: ByteSource {
    let base: any ByteSource
    let offset: Int
    let count: Int

    var name: String { "\(base.name)@\(offset)" }
    var shardIndexes: ShardIndexCache? { base.shardIndexes }

    func read() throws -> [UInt8]? { try base.read([.from(offset: offset, count: count)])?.first }

    func read(_ ranges: [ByteRange]) throws -> [[UInt8]]? {
        try base.read(
            ranges.map { range in
                let part = try range.resolved(in: count)
                return .from(offset: offset + part.lowerBound, count: part.count)
            })
    }
}

/// Bytes in memory as a source.
///
/// Safety: whoever makes one keeps the bytes alive while it is used.
struct MemorySource: ByteSource {
    let bytes: UnsafeRawBufferPointer
    let name = "memory"
    let shardIndexes: ShardIndexCache? = nil

    func read() throws -> [UInt8]? { Array(bytes) }

    func read(_ ranges: [ByteRange]) throws -> [[UInt8]]? {
        try ranges.map { Array(bytes[try $0.resolved(in: bytes.count)]) }
    }
}

extension ByteRange {
    /// The bytes meant in an object of some size.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where they reach past its end.
    func resolved(in size: Int) throws -> Range<Int> {
        switch self {
        case .suffix(let count): return size - min(max(count, 0), size)..<size
        case .from(let offset, let count):
            // Safety: subtracting, so that no sum of hostile numbers can overflow.
            guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
                throw ZarrError(
                    .corrupt,
                    "\(count) bytes are needed from byte \(offset), but there are only \(size): the object may be "
                        + "incomplete, copy or write it again")
            }
            return offset..<offset + count
        }
    }
}
