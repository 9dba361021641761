/// What tells one stored object from another without keeping it: how many bytes it has, and their checksum.
public struct ObjectStamp: Sendable, Hashable {
    /// Bytes of the object.
    public private(set) var size: Int
    /// CRC-32C of all of them.
    public private(set) var crc32c: UInt32

    /// A stamp that was noted before.
    public init(size: Int, crc32c: UInt32) {
        self.size = size
        self.crc32c = crc32c
    }

    /// The stamp of some bytes.
    public init(of bytes: UnsafeRawBufferPointer) {
        self.init(size: 0, crc32c: 0)
        append(bytes)
    }

    /// Goes on with the bytes that follow.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        size += bytes.count
        crc32c = CRC32C.extend(crc32c, bytes)
    }
}

extension ReadableStore {
    /// The stamp of a stored object, read piece by piece; nil where there is none.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure`, and `.corrupt` where the object is changed meanwhile.
    public func stamp(of key: StoreKey) throws -> ObjectStamp? {
        guard let size = try size(key) else { return nil }
        // Long enough that opening the object for each costs nothing.
        let piece = 4 << 20, block = ByteBlock()
        var stamp = ObjectStamp(size: 0, crc32c: 0)
        while stamp.size < size {
            let count = min(piece, size - stamp.size)
            block.reserve(count)
            guard try read(key, [.from(offset: stamp.size, count: count)], into: { _, _ in block.base }) else {
                return nil
            }
            stamp.append(UnsafeRawBufferPointer(start: block.base, count: count))
        }
        return stamp
    }
}
