/// Byte arrays remembered by key, up to a sum of bytes; those not asked for longest are forgotten first.
struct ByteCache<Key: Hashable & Sendable>: Sendable {
    private struct Slot {
        /// Nil remembers that there is nothing.
        let bytes: [UInt8]?
        var lastUse: UInt64
        var cost: Int { (bytes?.count ?? 0) + ByteCache.overhead }
    }

    // What a slot takes beside its bytes, about; it keeps empty objects from filling the memory.
    private static var overhead: Int { 128 }

    private let capacity: Int
    private let largest: Int
    private var slots = [Key: Slot]()
    private var used = 0
    private var clock: UInt64 = 0

    /// - Parameters:
    ///   - capacity: bytes kept at most.
    ///   - largest: bytes of the largest array kept, at most `capacity`.
    init(capacity: Int, largest: Int) {
        self.capacity = capacity
        self.largest = min(largest, capacity)
    }

    /// What is remembered: nil where nothing is, `.some(nil)` where it is known to be absent.
    mutating func find(_ key: Key) -> [UInt8]?? {
        guard let index = slots.index(forKey: key) else { return nil }
        clock &+= 1
        slots.values[index].lastUse = clock
        return .some(slots.values[index].bytes)
    }

    /// Remembers bytes, or that there are none.
    mutating func insert(_ key: Key, _ bytes: [UInt8]?) {
        clock &+= 1
        let slot = Slot(bytes: bytes, lastUse: clock)
        guard slot.cost <= largest else { return }
        if let old = slots.updateValue(slot, forKey: key) { used -= old.cost }
        used += slot.cost
        if used > capacity { forgetOldest() }
    }

    /// Forgets a quarter at once, so that looking for the oldest costs little for each insertion; but not the newest.
    private mutating func forgetOldest() {
        for (key, slot) in slots.sorted(by: { $0.value.lastUse < $1.value.lastUse }).dropLast() {
            if used <= capacity / 4 * 3 { return }
            slots[key] = nil
            used -= slot.cost
        }
    }
}
