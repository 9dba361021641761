/// Values remembered by key, up to a sum of bytes; those not asked for longest are forgotten first.
package struct CostCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot {
        let value: Value
        let cost: Int
        var lastUse: UInt64
    }

    // What a slot takes beside its bytes, about; it keeps empty objects from filling the memory.
    private static var overhead: Int { 128 }

    private let capacity: Int
    private let largest: Int
    private var slots = [Key: Slot]()
    private var clock: UInt64 = 0
    /// Bytes of what is remembered.
    package private(set) var used = 0

    /// - Parameters:
    ///   - capacity: bytes kept at most.
    ///   - largest: bytes of the largest value kept, at most `capacity`.
    package init(capacity: Int, largest: Int) {
        self.capacity = capacity
        self.largest = min(largest, capacity)
    }

    /// What is remembered; nil where nothing is.
    package mutating func find(_ key: Key) -> Value? {
        guard let index = slots.index(forKey: key) else { return nil }
        clock &+= 1
        slots.values[index].lastUse = clock
        return slots.values[index].value
    }

    /// Remembers a value, unless it is too large.
    ///
    /// - Parameter bytes: what it takes.
    package mutating func insert(_ key: Key, _ value: Value, bytes: Int) {
        clock &+= 1
        let slot = Slot(value: value, cost: bytes + Self.overhead, lastUse: clock)
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
