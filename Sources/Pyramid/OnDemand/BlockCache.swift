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
    private let decoding = Atomic<Int>(0)

    /// Where blocks that were made are kept beyond this process; nil: nowhere.
    let folder: BlockFolder?

    /// - Parameters:
    ///   - capacity: bytes remembered at most.
    ///   - folder: where blocks that were made are kept beyond this process.
    public init(capacity: Int, folder: BlockFolder? = nil) {
        self.folder = folder
        blocks = SharedCache(capacity: capacity, largest: capacity / 4) { $0.bytes.count }
    }

    /// Blocks that were there, blocks that had to be made, and the bytes of those that are remembered; the same of the
    /// folder.
    public var counters: (hits: Int, misses: Int, bytes: Int, folder: (hits: Int, bytes: Int)) {
        let counters = blocks.counters
        return (counters.hits, counters.misses, counters.bytes, folder?.counters ?? (0, 0))
    }

    /// Nanoseconds spent on reading blocks of levels that are stored, of all threads together.
    public var decodingTime: Int { decoding.load(ordering: .relaxed) }

    /// Runs what reads a block of a level that is stored, and adds up how long it takes.
    func timed<Result>(_ read: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            decoding.add(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000), ordering: .relaxed)
        }
        return try read()
    }

    /// A number that no other image has.
    func newImage() -> UInt64 { images.add(1, ordering: .relaxed).newValue }

    /// A block, from memory or made. Making one only ever asks for blocks of finer levels, so nobody waits in a circle.
    ///
    /// - Throws: what `make` throws.
    func block(_ key: Key, _ make: () throws -> PixelBuffer) throws -> PixelBuffer { try blocks.value(key, make) }
}
