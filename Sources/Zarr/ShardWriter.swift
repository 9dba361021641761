import Synchronization

/// Writes the chunks of one shard into one object as they come, from any thread.
///
/// Chunks lie in the file in an order fixed beforehand, so that the same pixels give the same bytes however many
/// threads there were. A chunk that comes before its turn waits in memory. The object appears when it is whole.
public final class ShardWriter: Sendable {
    // Safety: `object` may not be shared, and is not: the state is touched under the lock alone.
    private struct State: @unchecked Sendable {
        var object: (any ObjectWriter)?
        var index: ShardIndex
        /// Chunks before their turn, and of a shard whose index stands in front also those after it.
        var waiting = [Int: [UInt8]]()
        var isAdded: [Bool]
        /// How many of `order` are in the file or known to be empty.
        var done = 0
        /// Bytes of chunks in the file; of the whole shard, where its index stands in front.
        var end: Int
        var isFinished = false
        /// Why the shard was abandoned, for those who come later: theirs would be the only error anybody reads.
        var failure: (any Error)?
    }

    private let layout: ShardLayout
    private let store: any WritableStore
    private let key: StoreKey
    private let order: [Int]
    private let state: Mutex<State>

    /// Starts a shard. Nothing is written before the first chunk.
    ///
    /// - Parameters:
    ///   - key: of the shard's object.
    ///   - order: the inner chunks that will come, by their C-order number in the shard, in the order of the file.
    ///     Those left out, because they lie beyond the array, count as empty.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where `order` names a chunk twice or none that exists.
    public init(_ layout: ShardLayout, store: any WritableStore, key: StoreKey, order: [Int]) throws {
        var isNamed = [Bool](repeating: false, count: layout.chunkCount)
        for chunk in order {
            guard isNamed.indices.contains(chunk), !isNamed[chunk] else {
                throw ZarrError(
                    .invalidCall, "chunk \(chunk) is named twice or is none of the shard's \(layout.chunkCount)",
                    key: key)
            }
            isNamed[chunk] = true
        }
        self.layout = layout
        self.store = store
        self.key = key
        self.order = order
        state = Mutex(
            State(
                index: ShardIndex(chunkCount: layout.chunkCount),
                // A chunk that is not expected is as good as added: adding it again is a mistake.
                isAdded: isNamed.map { !$0 },
                end: layout.indexCodec.isAtStart ? layout.indexCodec.encodedSize : 0))
    }

    /// Adds a chunk. After an error of the machine the shard is abandoned, and every later call throws it again.
    ///
    /// - Parameters:
    ///   - index: the chunk's C-order number in the shard; one of `order`, once.
    ///   - encoded: the chunk as ``ShardLayout/inner`` encodes it; nil where all its pixels are the fill value.
    public func add(chunk index: Int, encoded: UnsafeRawBufferPointer?) throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            guard !state.isFinished, state.isAdded.indices.contains(index), !state.isAdded[index] else {
                throw ZarrError(
                    .invalidCall, "chunk \(index) is not expected, was added before, or the shard is finished", key: key
                )
            }
            state.isAdded[index] = true
            try abandoningOnError(&state) { state in
                if order[state.done] == index && !layout.indexCodec.isAtStart {
                    if let encoded { try append(encoded, index, &state) }
                    state.done += 1
                } else if let encoded {
                    state.waiting[index] = Array(encoded)
                }
                try drain(&state)
            }
        }
    }

    /// Writes the index and makes the object visible.
    ///
    /// - Returns: bytes written; 0 where every chunk is empty, and then there is no object.
    /// - Throws: ``ZarrError`` with code `.invalidCall` where a chunk of `order` never came, `.ioFailure` where the
    ///   machine fails.
    public func finish() throws -> Int {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            guard !state.isFinished else { throw ZarrError(.invalidCall, "the shard is finished already", key: key) }
            if let missing = state.isAdded.firstIndex(of: false) {
                throw ZarrError(.invalidCall, "chunk \(missing) of the shard was never added", key: key)
            }
            let isEmpty = state.object == nil && state.waiting.isEmpty
            if !isEmpty {
                try abandoningOnError(&state) { state in
                    if layout.indexCodec.isAtStart { try writeBehindIndex(&state) } else { try writeIndex(&state) }
                    try state.object?.commit()
                }
            }
            state.isFinished = true
            return isEmpty ? 0 : state.end
        }
    }

    /// Throws away what was written. Nothing happens after ``finish()``.
    public func abandon() {
        state.withLock { Self.abandon(&$0) }
    }

    private static func abandon(_ state: inout State) {
        guard !state.isFinished else { return }
        state.isFinished = true
        state.object?.abandon()
        state.waiting.removeAll()
    }

    /// A shard of which a part could not be written must never be finished.
    private func abandoningOnError(_ state: inout State, _ body: (inout State) throws -> Void) throws {
        do {
            try body(&state)
        } catch {
            Self.abandon(&state)
            state.failure = error
            throw error
        }
    }

    /// Writes the chunks whose turn has come.
    private func drain(_ state: inout State) throws {
        guard !layout.indexCodec.isAtStart else { return }
        while state.done < order.count, state.isAdded[order[state.done]] {
            let chunk = order[state.done]
            if let encoded = state.waiting.removeValue(forKey: chunk) {
                try encoded.withUnsafeBytes { try append($0, chunk, &state) }
            }
            state.done += 1
        }
    }

    private func append(_ encoded: UnsafeRawBufferPointer, _ chunk: Int, _ state: inout State) throws {
        let object = try state.object ?? store.begin(key)
        state.object = object
        try object.append(encoded)
        state.index.place(chunk, state.end..<state.end + encoded.count)
        state.end += encoded.count
    }

    private func writeIndex(_ state: inout State) throws {
        let block = ByteBlock()
        try layout.indexCodec.encode(state.index, into: block, CodecWorkspace())
        try state.object?.append(block.bytes)
        state.end += block.count
    }

    /// The index stands in front and is known only now, so all chunks have waited.
    private func writeBehindIndex(_ state: inout State) throws {
        for chunk in order {
            guard let encoded = state.waiting[chunk] else { continue }
            state.index.place(chunk, state.end..<state.end + encoded.count)
            state.end += encoded.count
        }
        let object = try store.begin(key), block = ByteBlock()
        state.object = object
        try layout.indexCodec.encode(state.index, into: block, CodecWorkspace())
        try object.append(block.bytes)
        for chunk in order {
            if let encoded = state.waiting.removeValue(forKey: chunk) {
                try encoded.withUnsafeBytes { try object.append($0) }
            }
        }
    }
}
