import CDeflate

/// What tells one stored object from another without keeping it: how many bytes it has, and their checksum.
///
/// CRC-32 and not CRC-32C: in our shards each chunk ends in its own CRC-32C, and bytes that do have the same CRC-32C
/// whatever they say, so that of two shards of one size neither could be told from the other.
public struct ObjectStamp: Sendable, Hashable {
    /// Bytes of the object.
    public private(set) var size: Int
    /// CRC-32 of all of them, as ZIP and PNG have it.
    public private(set) var crc32: UInt32

    /// The stamp of no bytes.
    public static let nothing = ObjectStamp(size: 0, crc32: 0)

    /// A stamp that was noted before.
    public init(size: Int, crc32: UInt32) {
        self.size = size
        self.crc32 = crc32
    }

    /// The stamp of some bytes.
    public init(of bytes: UnsafeRawBufferPointer) {
        self = .nothing
        append(bytes)
    }

    /// Goes on with the bytes that follow.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        size += bytes.count
        crc32 = libdeflate_crc32(crc32, bytes.orEmpty, bytes.count)
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
        var stamp = ObjectStamp.nothing
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
