import Synchronization
public import Zarr

/// What a check has found, gathered by several threads: one sentence for each object.
public final class Discrepancies: Sendable {
    /// Something that is not as it should be.
    public struct Discrepancy: Sendable, Hashable {
        /// The object it is about.
        public var key: StoreKey
        /// What is wrong with it.
        public var message: String
        /// True where all that is wrong with it is that its pixels are not those of the input.
        public var isOfInput = false
    }

    /// Objects that are listed; of more only their number is kept, and a mark of each.
    package static let listLimit = 100_000

    private let limit: Int

    private struct State {
        var messages: [StoreKey: Discrepancy] = [:]
        var omitted = 0
        var marks = KeyMarks()
    }

    private let state = Mutex(State())

    /// Nothing found yet.
    public convenience init() { self.init(limit: Self.listLimit) }

    /// - Parameter limit: how many objects are listed.
    package init(limit: Int) { self.limit = limit }

    /// Notes that an object is not as it should be. The first finding of an object counts.
    ///
    /// - Parameter isOfInput: where the object itself is sound, as far as can be told.
    public func note(_ key: StoreKey, _ message: String, isOfInput: Bool = false) {
        state.withLock { state in
            guard state.messages[key] == nil else { return }
            if state.messages.count < limit {
                state.messages[key] = Discrepancy(key: key, message: message, isOfInput: isOfInput)
            } else if state.marks.insert(key) {
                state.omitted += 1
            }
        }
    }

    /// True where something was found in an object. Beyond the list it may be true of a sound one, too: that is looked at,
    /// or made, once more.
    public func concerns(_ key: StoreKey) -> Bool {
        state.withLock { $0.messages[key] != nil || $0.marks.contains(key) }
    }

    /// True where something was found in the group or array at a key, or below it; of what is not listed that is assumed.
    func concernsAnything(below key: StoreKey) -> Bool {
        let prefix = key.path.isEmpty ? "" : key.path + "/"
        return state.withLock { state in
            state.omitted > 0 || state.messages.keys.contains { $0.path.utf8.starts(with: prefix.utf8) }
        }
    }

    /// What was found, sorted by key.
    public var list: [Discrepancy] {
        state.withLock { $0.messages.values.sorted { $0.key < $1.key } }
    }

    /// Everything found, what is not listed too.
    public var count: Int { state.withLock { $0.messages.count + $0.omitted } }
}
