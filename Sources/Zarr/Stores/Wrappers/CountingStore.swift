import Synchronization

/// A store that counts what is read from another one.
public final class CountingStore: ReadableStore {
    /// What was read so far.
    public struct Counts: Sendable, Hashable {
        /// Calls for whole objects.
        public var wholeReads = 0
        /// Calls for parts of an object; one call may ask for several ranges.
        public var rangeReads = 0
        /// Ranges in those calls.
        public var ranges = 0
        /// Calls for a size.
        public var sizes = 0
        /// Calls for a list of names.
        public var lists = 0
        /// Bytes handed out.
        public var bytes = 0

        /// Nothing yet.
        public init() {}
    }

    private let base: any ReadableStore
    private let state = Mutex(Counts())

    /// Counts reads from `base`.
    public init(_ base: any ReadableStore) { self.base = base }

    /// The name of the store behind.
    public var name: String { base.name }

    /// What was read since the start or the last ``reset()``.
    public var counts: Counts { state.withLock { $0 } }

    /// Starts counting from zero.
    public func reset() { state.withLock { $0 = Counts() } }

    /// Counts one whole read.
    public func read(_ key: StoreKey) throws -> [UInt8]? {
        let bytes = try base.read(key)
        state.withLock {
            $0.wholeReads += 1
            $0.bytes += bytes?.count ?? 0
        }
        return bytes
    }

    /// Counts one read of parts.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        let parts = try base.read(key, ranges)
        state.withLock {
            $0.rangeReads += 1
            $0.ranges += ranges.count
            $0.bytes += parts?.reduce(0) { $0 + $1.count } ?? 0
        }
        return parts
    }

    /// Counts one read of parts, or one whole read where all bytes are asked for.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        var bytes = 0
        let isThere = try base.read(key, ranges) { range, count in
            bytes += count
            return try place(range, count)
        }
        state.withLock {
            if ranges == [.whole] { $0.wholeReads += 1 } else { $0.rangeReads += 1 }
            $0.ranges += ranges == [.whole] ? 0 : ranges.count
            $0.bytes += bytes
        }
        return isThere
    }

    /// Counts one look at a size.
    public func size(_ key: StoreKey) throws -> Int? {
        state.withLock { $0.sizes += 1 }
        return try base.size(key)
    }

    /// Counts one listing.
    public func list(_ key: StoreKey) throws -> [String] {
        state.withLock { $0.lists += 1 }
        return try base.list(key)
    }
}
