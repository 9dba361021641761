import Synchronization
import Zarr

/// Decoded blocks of any number of images, up to a sum of bytes. However many ask for a block at once, it is made once:
/// whoever comes later waits.
public final class BlockCache: Sendable {
    /// Names a block: which image, which level, where in the level's grid of blocks.
    struct Key: Hashable, Sendable {
        let image: UInt64
        let level: Int
        let index: [Int]
    }

    /// What the cache did since it was made.
    public struct Counters: Sendable, Hashable {
        /// Blocks that were there, and that had to be made.
        public var hits = 0, misses = 0
        /// Bytes of the blocks that are remembered.
        public var bytes = 0
    }

    /// A block being made, or made. Making holds the lock, so that others wait for it; what fails is made again by the
    /// next. A block only ever waits for blocks of finer levels, so nobody waits in a circle.
    final class Slot: Sendable {
        private let pixels = Mutex<PixelBuffer?>(nil)

        func get(_ make: () throws -> PixelBuffer) throws -> (PixelBuffer, isNew: Bool) {
            try pixels.withLock { pixels in
                if let pixels { return (pixels, false) }
                let made = try make()
                pixels = made
                return (made, true)
            }
        }
    }

    private struct State {
        var kept: CostCache<Key, PixelBuffer>
        /// Blocks that somebody is making, and how many wait for them.
        var made = [Key: (slot: Slot, users: Int)]()
        var counters = Counters()
        var images: UInt64 = 0
    }

    private let state: Mutex<State>

    /// - Parameter capacity: bytes remembered at most.
    public init(capacity: Int) {
        state = Mutex(State(kept: CostCache(capacity: capacity, largest: capacity / 4)))
    }

    /// What the cache did.
    public var counters: Counters {
        state.withLock { state in
            state.counters.bytes = state.kept.used
            return state.counters
        }
    }

    /// A number that no other image has.
    func newImage() -> UInt64 {
        state.withLock { state in
            state.images += 1
            return state.images
        }
    }

    /// A block, from memory or made.
    ///
    /// - Throws: what `make` throws.
    func block(_ key: Key, _ make: () throws -> PixelBuffer) throws -> PixelBuffer {
        let (known, slot) = state.withLock { state in
            let slot = state.made[key]?.slot ?? Slot()
            if let known = state.kept.find(key) {
                state.counters.hits += 1
                return (PixelBuffer?.some(known), slot)
            }
            state.made[key] = (slot, (state.made[key]?.users ?? 0) + 1)
            return (nil, slot)
        }
        if let known { return known }
        defer {
            state.withLock { state in
                let users = (state.made[key]?.users ?? 1) - 1
                state.made[key] = users == 0 ? nil : (slot, users)
            }
        }
        let (pixels, isNew) = try slot.get(make)
        state.withLock { state in
            state.counters.hits += isNew ? 0 : 1
            state.counters.misses += isNew ? 1 : 0
            if isNew { state.kept.insert(key, pixels, bytes: pixels.bytes.count) }
        }
        return pixels
    }
}
