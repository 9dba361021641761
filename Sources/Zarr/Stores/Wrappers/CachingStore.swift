import Synchronization

/// A store that remembers what was read last, for one behind it that is slow and does not change meanwhile.
///
/// Remembered are whole objects, that an object is absent, and parts, each by its key and exact range; nothing larger
/// than a sixteenth of the capacity. Parts and sizes of an object that is remembered whole come from memory too. Lists
/// are not remembered. What was not asked for longest is forgotten first. Two threads that miss at once read twice.
public final class CachingStore: ReadableStore {
    private struct Part: Hashable {
        let key: StoreKey
        /// Nil for the whole object.
        let range: ByteRange?
    }

    private let base: any ReadableStore
    /// Nil remembers that there is nothing.
    private let cache: Mutex<CostCache<Part, [UInt8]?>>

    /// Remembers reads from `base`.
    ///
    /// - Parameter capacity: bytes remembered at most, with about 128 for each piece.
    public init(_ base: any ReadableStore, capacity: Int = 64 << 20) {
        self.base = base
        cache = Mutex(CostCache(capacity: capacity, largest: capacity / 16))
    }

    /// The name of the store behind.
    public var name: String { base.name }

    /// The whole object, from memory where it is remembered; nil where there is none.
    public func read(_ key: StoreKey) throws -> [UInt8]? {
        if let known = find(key) { return known }
        let bytes = try base.read(key)
        cache.withLock { $0.insert(Part(key: key, range: nil), bytes, bytes: bytes?.count ?? 0) }
        return bytes
    }

    /// Parts of an object; those not remembered are read in one call. Nil where there is no such object.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? {
        // All bytes are the whole object, however they are asked for.
        if ranges == [.suffix(count: .max)] { return try read(key).map { [$0] } }
        if let known = find(key) {
            guard let known else { return nil }
            return try ZarrError.locating(key, "\(key) is too short") {
                try ranges.map { Array(known[try $0.resolved(in: known.count)]) }
            }
        }
        let known = cache.withLock { cache in ranges.map { cache.find(Part(key: key, range: $0)) ?? nil } }
        let missing = ranges.indices.filter { known[$0] == nil }
        if missing.isEmpty && !ranges.isEmpty { return known.compactMap { $0 } }
        guard let read = try base.read(key, missing.map { ranges[$0] }) else {
            cache.withLock { $0.insert(Part(key: key, range: nil), nil, bytes: 0) }
            return nil
        }
        var parts = known.map { $0 ?? [] }
        cache.withLock { cache in
            for (place, bytes) in zip(missing, read) {
                cache.insert(Part(key: key, range: ranges[place]), bytes, bytes: bytes.count)
                parts[place] = bytes
            }
        }
        return parts
    }

    /// The object's size; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? {
        if let known = find(key) { return known?.count }
        return try base.size(key)
    }

    /// The names directly below a key, sorted.
    public func list(_ key: StoreKey) throws -> [String] { try base.list(key) }

    private func find(_ key: StoreKey) -> [UInt8]?? { cache.withLock { $0.find(Part(key: key, range: nil)) } }
}
