import Synchronization
import Zarr

/// Decoded blocks of any number of images, up to a sum of bytes. However many ask for a block at once, it is made once.
public final class BlockCache: Sendable {
    /// Names a block: which image, which level, where in the level's grid of blocks.
    struct Key: Hashable, Sendable {
        let image: UInt64
        let level: Int
        let index: [Int]
    }

    private let blocks: SharedCache<Key, PixelBuffer>
    private let images = Atomic<UInt64>(0)

    /// - Parameter capacity: bytes remembered at most.
    public init(capacity: Int) {
        blocks = SharedCache(capacity: capacity, largest: capacity / 4) { $0.bytes.count }
    }

    /// Blocks that were there, blocks that had to be made, and the bytes of those that are remembered.
    public var counters: (hits: Int, misses: Int, bytes: Int) {
        let counters = blocks.counters
        return (counters.hits, counters.misses, counters.bytes)
    }

    /// A number that no other image has.
    func newImage() -> UInt64 { images.add(1, ordering: .relaxed).newValue }

    /// A block, from memory or made. Making one only ever asks for blocks of finer levels, so nobody waits in a circle.
    ///
    /// - Throws: what `make` throws.
    func block(_ key: Key, _ make: () throws -> PixelBuffer) throws -> PixelBuffer { try blocks.value(key, make) }
}
