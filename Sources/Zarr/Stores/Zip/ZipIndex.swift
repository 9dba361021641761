#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The entries of an archive in the order of their names' bytes, to be found and listed by halving.
struct ZipIndex: Sendable {
    private let entries: [ZipEntry]
    /// Positions of `entries`, sorted by path; each path once.
    private let sorted: [Int]

    /// - Parameter entries: in the directory's order; of two with one name the last counts, as with those who replace
    ///   an entry by appending another.
    init(_ entries: [ZipEntry]) {
        self.entries = entries
        let all = entries.indices.sorted { a, b in
            let order = Self.compare(entries[a].key.path, entries[b].key.path)
            return order == 0 ? a < b : order < 0
        }
        sorted = all.indices.filter { place in
            place + 1 == all.count
                || Self.compare(entries[all[place]].key.path, entries[all[place + 1]].key.path) != 0
        }.map { all[$0] }
    }

    /// The entry of a key.
    subscript(_ key: StoreKey) -> ZipEntry? {
        let place = firstPlace(atOrAfter: key.path)
        guard place < sorted.count, Self.compare(path(place), key.path) == 0 else { return nil }
        return entries[sorted[place]]
    }

    /// The names directly below a key, sorted. Costs O(names * log(entries)): what lies below a name is jumped over.
    func names(directlyBelow key: StoreKey) -> [String] {
        let prefix = key.path.isEmpty ? "" : key.path + "/"
        var names = Set<String>()
        var place = firstPlace(atOrAfter: prefix)
        while place < sorted.count, path(place).utf8.starts(with: prefix.utf8) {
            let below = path(place).utf8.dropFirst(prefix.utf8.count)
            let name = String(decoding: below.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
            names.insert(name)
            // "0" is the byte after "/", so this is the first path that is not below the name.
            place = name.utf8.count == below.count ? place + 1 : firstPlace(atOrAfter: prefix + name + "0")
        }
        return names.sorted()
    }

    private func path(_ place: Int) -> String { entries[sorted[place]].key.path }

    private func firstPlace(atOrAfter path: String) -> Int {
        var low = 0, high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if Self.compare(self.path(middle), path) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Below, at or above 0, as with `memcmp`. Strings of Swift compare by characters, which keys are not made of.
    private static func compare(_ a: String, _ b: String) -> Int {
        // Safety: memcmp reads no more than the shorter of the two has.
        let order = a.utf8.withContiguousStorageIfAvailable { a in
            b.utf8.withContiguousStorageIfAvailable { b -> Int in
                let shorter = min(a.count, b.count)
                guard let first = a.baseAddress, let second = b.baseAddress, shorter > 0 else {
                    return a.count - b.count
                }
                let order = memcmp(first, second, shorter)
                return order == 0 ? a.count - b.count : Int(order)
            }
        }
        // Every string that Swift has made lies in one piece.
        if let order = order ?? nil { return order }
        return a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    }
}
