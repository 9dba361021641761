/// The encoded bytes of one chunk, wherever they lie: read whole or in parts. Absent chunks are nil.
public protocol ByteSource {
    /// What it is called; equal names in one ``ShardIndexCache`` are the same bytes.
    var name: String { get }
    /// Where indexes of shards are kept between reads; nil keeps none.
    var shardIndexes: ShardIndexCache? { get }

    /// Reads parts, in the order asked for, to where the caller wants them.
    ///
    /// - Returns: false where the chunk is absent; then nothing was placed.
    /// - Throws: ``ZarrError`` with code `.corrupt` where a range reaches past the end.
    func read(_ ranges: [ByteRange], into place: BytePlacement) throws -> Bool
}

extension ByteSource {
    /// Reads one part into a block, replacing what it held.
    ///
    /// - Parameter limit: most bytes it may have.
    /// - Returns: false where the chunk is absent.
    func read(_ range: ByteRange, into block: ByteBlock, limit: Int) throws -> Bool {
        block.removeAll()
        return try read([range]) { _, count in
            guard count <= limit else {
                throw ZarrError(
                    .corrupt,
                    "there are \(count) bytes, but what was encoded has at most \(limit): it is damaged, write or copy "
                        + "it again")
            }
            try CodecWorkspace.check(count)
            block.append(count: count)
            return block.base
        }
    }
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

    /// Parts of the object.
    public func read(_ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        try store.read(key, ranges, into: place)
    }
}

/// A part of a source: a chunk that lies in a shard.
struct SourceSlice: ByteSource {
    let base: any ByteSource
    let offset: Int
    let count: Int

    var name: String { "\(base.name)@\(offset)+\(count)" }
    var shardIndexes: ShardIndexCache? { base.shardIndexes }

    func read(_ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        let parts = try ranges.map { range in
            let part = try range.resolved(in: count)
            return ByteRange.from(offset: offset + part.lowerBound, count: part.count)
        }
        return try base.read(parts, into: place)
    }
}

/// Bytes in memory as a source.
///
/// Safety: whoever makes one keeps the bytes alive while it is used.
struct MemorySource: ByteSource {
    let bytes: UnsafeRawBufferPointer
    let name = "memory"
    let shardIndexes: ShardIndexCache? = nil

    func read(_ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        for (number, range) in ranges.enumerated() {
            let part = UnsafeRawBufferPointer(rebasing: bytes[try range.resolved(in: bytes.count)])
            UnsafeMutableRawBufferPointer(start: try place(number, part.count), count: part.count).copyMemory(
                from: part)
        }
        return true
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
