import CDeflate

/// What tells one stored object from another without keeping it: how many bytes it has, and two checksums of them.
///
/// Two, because bytes that end in their own CRC have the same CRC whatever they say: that of gzip is the CRC-32 of
/// what it holds, which are the very bytes where they could not be compressed, and in our shards each chunk ends in its own
/// CRC-32C. Of two such objects of one size neither could be told from the other.
public struct ObjectStamp: Sendable, Hashable {
    /// Bytes of the object.
    public private(set) var size: Int
    private var crc32: UInt32
    private var crc32c: UInt32

    /// The CRC-32 of all bytes, as ZIP and PNG have it, in front of their CRC-32C.
    public var checksum: UInt64 { UInt64(crc32) << 32 | UInt64(crc32c) }

    /// The stamp of no bytes.
    public static let nothing = ObjectStamp(size: 0, checksum: 0)

    /// A stamp that was noted before.
    public init(size: Int, checksum: UInt64) {
        self.size = size
        crc32 = UInt32(truncatingIfNeeded: checksum >> 32)
        crc32c = UInt32(truncatingIfNeeded: checksum)
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
        crc32c = CRC32C.checksum(bytes, after: crc32c)
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
