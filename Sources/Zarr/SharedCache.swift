import Synchronization

/// Values that many threads ask for by key, kept up to a sum of bytes. However many ask at once, a value is made once:
/// whoever comes later waits for it.
package final class SharedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What the cache did since it was made, and what it holds.
    package struct Counters: Sendable, Hashable {
        /// Values that were there, and that had to be made.
        package var hits = 0, misses = 0
        /// Bytes of the values that are remembered.
        package var bytes = 0
    }

    /// A value being made. Making holds the lock, so that others wait for it; what fails is made again by the next.
    private final class Slot: Sendable {
        private let value = Mutex<Value?>(nil)

        func get(_ make: () throws -> Value) throws -> (Value, isNew: Bool) {
            try value.withLock { value in
                if let value { return (value, false) }
                let made = try make()
                value = made
                return (made, true)
            }
        }
    }

    private struct State {
        var kept: CostCache<Key, Value>
        /// Values that somebody is making, and how many want them.
        var made = [Key: (slot: Slot, users: Int)]()
        var counters = Counters()
    }

    private let state: Mutex<State>
    private let bytes: @Sendable (Value) -> Int

    /// - Parameters:
    ///   - capacity: bytes remembered at most.
    ///   - largest: bytes of the largest value remembered.
    ///   - bytes: what a value takes.
    package init(capacity: Int, largest: Int, bytes: @escaping @Sendable (Value) -> Int) {
        state = Mutex(State(kept: CostCache(capacity: capacity, largest: largest)))
        self.bytes = bytes
    }

    /// What the cache did, and what it holds.
    package var counters: Counters {
        state.withLock { state in
            state.counters.bytes = state.kept.used
            return state.counters
        }
    }

    /// A value, from memory or made.
    ///
    /// - Parameter make: may ask for other values, as long as nobody waits in a circle.
    /// - Throws: what `make` throws.
    package func value(_ key: Key, _ make: () throws -> Value) throws -> Value {
        let (known, slot) = state.withLock { state -> (Value?, Slot) in
            let slot = state.made[key]?.slot ?? Slot()
            if let known = state.kept.find(key) {
                state.counters.hits += 1
                return (known, slot)
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
        let (value, isNew) = try slot.get(make)
        state.withLock { state in
            state.counters.hits += isNew ? 0 : 1
            state.counters.misses += isNew ? 1 : 0
            if isNew { state.kept.insert(key, value, bytes: bytes(value)) }
        }
        return value
    }
}
