import Zarr

/// Copies objects from one store to another as they are, some bytes at a time.
struct ObjectCopy {
    let source: any ReadableStore
    let target: any WritableStore

    // What one read or write may hold; larger ones gain nothing.
    static let pieceBytes = 4 << 20

    /// Copies one object.
    ///
    /// - Parameter block: scratch of the caller's thread.
    /// - Returns: bytes of the object.
    /// - Throws: ``ZarrError`` with code `.notFound` where it is not there any more.
    func copy(_ key: StoreKey, to place: StoreKey, _ block: ByteBlock) throws -> Int {
        guard let size = try source.size(key) else { throw Self.vanished(key, source) }
        guard size > Self.pieceBytes else {
            try read(key, .whole, into: block)
            try target.write(place, block.bytes)
            return block.count
        }
        let writer = try target.begin(place)
        do {
            for offset in stride(from: 0, to: size, by: Self.pieceBytes) {
                try read(key, .from(offset: offset, count: min(Self.pieceBytes, size - offset)), into: block)
                try writer.append(block.bytes)
            }
            try writer.commit()
        } catch {
            writer.abandon()
            throw error
        }
        return size
    }

    private func read(_ key: StoreKey, _ range: ByteRange, into block: ByteBlock) throws {
        block.removeAll()
        let isThere = try source.read(key, [range]) { _, count in
            guard count <= Self.pieceBytes else { throw Self.vanished(key, source) }
            block.append(count: count)
            return block.base
        }
        guard isThere else { throw Self.vanished(key, source) }
    }

    private static func vanished(_ key: StoreKey, _ store: any ReadableStore) -> ZarrError {
        ZarrError(.notFound, "\(key) of \(store.name) was changed while it was copied: copy it again", key: key)
    }
}
