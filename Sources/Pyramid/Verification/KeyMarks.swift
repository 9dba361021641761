import Zarr

/// A set of any number of keys in 8 MiB, which may hold a key that was not put in, but never lacks one that was.
struct KeyMarks {
    // 64 million bits: of a million keys one in sixty is taken for another.
    private static let words = 1 << 20

    /// Empty until the first key.
    private var bits: [UInt64] = []

    /// - Returns: false where the key, or one that is taken for it, is in the set already.
    mutating func insert(_ key: StoreKey) -> Bool {
        if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.words) }
        let (word, bit) = Self.place(of: key)
        defer { bits[word] |= bit }
        return bits[word] & bit == 0
    }

    func contains(_ key: StoreKey) -> Bool {
        guard !bits.isEmpty else { return false }
        let (word, bit) = Self.place(of: key)
        return bits[word] & bit != 0
    }

    private static func place(of key: StoreKey) -> (word: Int, bit: UInt64) {
        let hash = UInt64(truncatingIfNeeded: key.hashValue)
        return (Int(truncatingIfNeeded: (hash >> 6) & UInt64(words - 1)), 1 << (hash & 63))
    }
}
