extension ChunkKeyEncoding {
    /// The parts a chunk's key has between slashes.
    func depth(rank: Int) -> Int {
        guard separator == .slash else { return 1 }
        return style == .default ? rank + 1 : max(rank, 1)
    }

    /// The chunk whose key relative to its array this is; nil where no chunk is called so.
    ///
    /// - Parameter rank: axes of the array.
    package func index(ofKey key: String, rank: Int) -> [Int]? {
        var parts = key.split(separator: separator.rawValue, omittingEmptySubsequences: false)
        if style == .default {
            guard parts.first == "c" else { return nil }
            parts.removeFirst()
        } else if rank == 0 {
            return key == "0" ? [] : nil
        }
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == rank, parts.count == rank else { return nil }
        let index = style == .n5 ? numbers.reversed() : numbers
        // "01" and "+1" are numbers, but no chunk's.
        return self.key(ofChunk: index) == key ? index : nil
    }
}
