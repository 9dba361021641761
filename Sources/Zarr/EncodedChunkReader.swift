/// Reads the smallest chunks of an array as they are stored, without decoding them. Belongs to one thread at a time.
package final class EncodedChunkReader {
    /// What happens to the CRC-32C behind a chunk.
    package enum Checksum: Sendable, Hashable {
        case keep
        /// It is computed and appended.
        case add
        /// It is compared and taken away.
        case remove
    }

    private let array: ZarrArray
    private let layout: ShardLayout?
    private let checksum: Checksum
    private let workspace = CodecWorkspace()
    /// The shard read last, and its index; nil where it is not stored.
    private var shard: (place: [Int], index: ShardIndex?)?

    /// - Parameter array: one that has a ``ChunkEncoding``.
    package init(_ array: ZarrArray, _ checksum: Checksum) throws {
        self.array = array
        self.checksum = checksum
        layout = try ShardLayout(array.metadata)
    }

    /// Reads a chunk into a block, replacing what it held.
    ///
    /// - Parameter index: the chunk's place in the grid of smallest chunks.
    /// - Returns: false where the chunk is not stored.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the chunk is larger than it can be, its checksum differs, or the
    ///   index of its shard is damaged.
    package func read(_ index: [Int], into block: ByteBlock) throws -> Bool {
        guard let layout else { return try read(object: index, .whole, into: block) }
        let place = zip(index, layout.chunksPerShard).map { $0 / $1 }
        let number = layout.number(ofChunk: zip(index, layout.chunksPerShard).map { $0 % $1 })
        guard let bytes = try self.index(ofShard: place, layout)?.range(number) else { return false }
        return try read(object: place, .from(offset: bytes.lowerBound, count: bytes.count), into: block)
    }

    private func read(object place: [Int], _ range: ByteRange, into block: ByteBlock) throws -> Bool {
        let key = try array.key(ofChunk: place), limit = (layout?.inner ?? array.pipeline).largestEncodedSize
        return try ZarrError.locating(key, "cannot copy chunk \(key) of \(array.store.name)") {
            guard try StoredObject(array.store, key).read(range, into: block, limit: limit) else { return false }
            try settleChecksum(of: block)
            return true
        }
    }

    private func settleChecksum(of block: ByteBlock) throws {
        switch checksum {
        case .keep: break
        case .add:
            withUnsafeBytes(of: CRC32C.checksum(block.bytes).littleEndian) { block.append($0) }
        case .remove:
            let count = block.count - 4
            guard count >= 0 else { throw ZarrError(.corrupt, "\(block.count) bytes are too few for a CRC-32C") }
            // Safety: the four bytes behind `count` lie in the block.
            let stored = UInt32(littleEndian: block.bytes.loadUnaligned(fromByteOffset: count, as: UInt32.self))
            guard stored == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: block.bytes[..<count])) else {
                throw ZarrError(.corrupt, "its CRC-32C differs: the chunk is damaged, write or copy it again")
            }
            block.count = count
        }
    }

    private func index(ofShard place: [Int], _ layout: ShardLayout) throws -> ShardIndex? {
        if let shard, shard.place == place { return shard.index }
        let key = try array.key(ofChunk: place), codec = layout.indexCodec
        let index: ShardIndex? = try ZarrError.locating(key, "cannot read shard \(key) of \(array.store.name)") {
            try workspace.withBlock(0) { encoded in
                let isThere = try StoredObject(array.store, key)
                    .read(codec.range, into: encoded, limit: codec.encodedSize)
                return isThere ? try codec.decode(encoded.bytes, workspace) : nil
            }
        }
        shard = (place, index)
        return index
    }
}
