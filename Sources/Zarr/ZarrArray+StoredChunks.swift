/// What is stored of an array.
public struct StoredChunks: Sendable, Hashable {
    /// Objects that are chunks of the grid; shards where the array is sharded.
    public var count = 0
    /// Bytes of these objects.
    public var bytes = 0
    /// Objects that are called like chunks but lie outside the grid; at most ``listLimit``.
    public var strays = [StoreKey]()
    /// False where there was more than was looked at.
    public var isComplete = true

    /// Most strays that are listed.
    public static let listLimit = 100
}

extension ZarrArray {
    /// Looks at the objects below the array's key and counts its chunks. Costs a listing of each directory and the size
    /// of each object, and opens none.
    ///
    /// - Parameters:
    ///   - limit: most objects that are looked at.
    ///   - body: is called for each chunk with its place in the grid, its key and the bytes it has.
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the machine fails, and what `body` throws.
    public func storedChunks(
        limit: Int = 1 << 17, _ body: ([Int], StoreKey, Int) throws -> Void = { _, _, _ in }
    ) throws -> StoredChunks {
        var walk = ChunkWalk(array: self, limit: limit)
        try walk.descend(key, parts: [], body)
        return walk.found
    }
}

/// Walks the directories in which an array's chunks may lie, and no others.
private struct ChunkWalk {
    let array: ZarrArray
    let encoding: ChunkKeyEncoding
    let depth: Int
    var left: Int
    var found = StoredChunks()

    init(array: ZarrArray, limit: Int) {
        self.array = array
        encoding = array.metadata.keyEncoding
        depth = encoding.depth(rank: array.metadata.rank)
        left = limit
    }

    mutating func descend(
        _ key: StoreKey, parts: [String], _ body: ([Int], StoreKey, Int) throws -> Void
    ) throws {
        for name in try array.store.list(key) where looksLikeChunk(name, depth: parts.count) {
            left -= 1
            guard left >= 0 else {
                found.isComplete = false
                return
            }
            let below = try key.appending(name), parts = parts + [name]
            let bytes = try array.store.size(below)
            if parts.count < depth {
                // An object where chunks have a directory is none of ours, unless its name says otherwise.
                if bytes == nil { try descend(below, parts: parts, body) } else { note(stray: below) }
            } else if let bytes, let index = index(parts) {
                found.count += 1
                found.bytes = found.bytes.saturatingAdding(bytes)
                try body(index, below, bytes)
            } else {
                note(stray: below)
            }
        }
    }

    private mutating func note(stray key: StoreKey) {
        if found.strays.count < StoredChunks.listLimit { found.strays.append(key) }
    }

    /// True for what a chunk's key has in this place: "c" where all keys begin so, else numbers.
    private func looksLikeChunk(_ name: String, depth: Int) -> Bool {
        if encoding.style == .default && depth == 0 {
            return encoding.separator == .slash ? name == "c" : name == "c" || name.hasPrefix("c.")
        }
        return name.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: ".") }
    }

    private func index(_ parts: [String]) -> [Int]? {
        let grid = array.metadata.gridShape
        guard let index = encoding.index(ofKey: parts.joined(separator: "/"), rank: grid.count) else { return nil }
        return zip(index, grid).allSatisfy { $0 < $1 } ? index : nil
    }
}
