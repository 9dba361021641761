import Synchronization

/// Where the inner chunks of one shard lie.
///
/// - Source: Zarr v3 codecs, `sharding_indexed` v1.0, "Binary shard format".
struct ShardIndex: Sendable {
    /// Offset and size of every chunk, C order; both 2^64-1 for a chunk that is not stored.
    fileprivate(set) var entries: [UInt64]

    /// Nothing stored.
    init(chunkCount: Int) { entries = [UInt64](repeating: .max, count: 2 * chunkCount) }

    fileprivate init(entries: [UInt64]) { self.entries = entries }

    /// Notes where a chunk was written, counted from the start of the shard.
    mutating func place(_ chunk: Int, _ bytes: Range<Int>) {
        entries[2 * chunk] = UInt64(bytes.lowerBound)
        entries[2 * chunk + 1] = UInt64(bytes.count)
    }

    /// Where a chunk lies; nil where it is not stored.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the numbers cannot be true.
    func range(_ chunk: Int) throws -> Range<Int>? {
        let offset = entries[2 * chunk], count = entries[2 * chunk + 1]
        if offset == .max && count == .max { return nil }
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard !overflow, end <= 1 << 62 else {
            throw ZarrError(
                .corrupt,
                "the shard's index puts chunk number \(chunk) at byte \(offset) with \(count) bytes, which "
                    + "cannot be: the shard is damaged, write or copy it again")
        }
        return Int(offset)..<Int(end)
    }
}

/// Turns the index of a shard into bytes and back.
struct ShardIndexCodec: Sendable {
    /// Inner chunks of a shard.
    let chunkCount: Int
    /// True where the index stands in front of the chunks.
    let isAtStart: Bool
    /// Bytes of the encoded index.
    let encodedSize: Int
    private let pipeline: CodecPipeline

    /// - Throws: ``ZarrError`` with code `.corrupt` where the index would not always have one size.
    init(_ spec: CodecSpec, chunksPerShard: [Int]) throws {
        let configuration = spec.configuration
        pipeline = try CodecPipeline(
            CodecSpec.list(configuration["index_codecs"], what: "the \"index_codecs\" of sharding_indexed"),
            chunkShape: chunksPerShard + [2], type: .uint64, fillValue: .zero(.uint64))
        guard let size = pipeline.encodedSize else {
            throw ZarrError(.corrupt, "the \"index_codecs\" of sharding_indexed must give an index of a fixed size")
        }
        encodedSize = size
        chunkCount = chunksPerShard.reduce(1, *)
        switch configuration["index_location"] {
        case nil, .string("end"): isAtStart = false
        case .string("start"): isAtStart = true
        case let other?:
            throw ZarrError(
                .corrupt,
                "the \"index_location\" of sharding_indexed must be \"start\" or \"end\", not \(other.excerpt)")
        }
    }

    /// Where the index lies in the shard.
    var range: ByteRange { isAtStart ? .from(offset: 0, count: encodedSize) : .suffix(count: encodedSize) }

    /// Encodes an index into a block, replacing what it held.
    func encode(_ index: ShardIndex, into block: ByteBlock, _ workspace: CodecWorkspace) throws {
        try index.entries.withUnsafeBytes { try pipeline.encode($0, into: block, workspace) }
    }

    /// Decodes the index of one shard.
    ///
    /// - Parameter encoded: ``encodedSize`` bytes.
    /// - Throws: ``ZarrError`` with code `.corrupt` where there are fewer or a checksum differs.
    func decode(_ encoded: UnsafeRawBufferPointer, _ workspace: CodecWorkspace) throws -> ShardIndex {
        guard encoded.count == encodedSize else {
            throw ZarrError(
                .corrupt,
                "the shard has \(encoded.count) bytes, too few for its index of \(encodedSize): it is "
                    + "incomplete, write or copy it again")
        }
        // Safety: the number of entries is bounded by the bytes that were really there.
        let entries = try [UInt64](unsafeUninitializedCapacity: 2 * chunkCount) { buffer, count in
            do {
                try pipeline.decode(encoded, into: UnsafeMutableRawBufferPointer(buffer), workspace)
            } catch let error as ZarrError {
                throw ZarrError(
                    error.code, "the shard's index is damaged, write or copy the shard again", cause: error)
            }
            count = 2 * chunkCount
        }
        return ShardIndex(entries: entries)
    }
}

/// The indexes of the shards read last, so that the next chunk of a shard costs one read instead of two.
///
/// For one store; safe to share between threads.
public final class ShardIndexCache: Sendable {
    private struct State {
        var indexes = [String: ShardIndex]()
        var order = [String]()
        /// One too large to be kept beside others: the last, for whoever reads a shard chunk by chunk.
        var large: (name: String, index: ShardIndex)?
    }

    private let capacity: Int
    private let state = Mutex(State())
    // 16 MiB: of indexes larger than that only the last is remembered.
    private static let mostEntries = 1 << 21

    /// An empty cache for so many indexes; the oldest makes room for the newest.
    public init(capacity: Int = 16) { self.capacity = capacity }

    subscript(_ name: String) -> ShardIndex? {
        get { state.withLock { $0.indexes[name] ?? ($0.large?.name == name ? $0.large?.index : nil) } }
        set {
            guard let newValue else { return }
            state.withLock { state in
                guard newValue.entries.count <= Self.mostEntries else { return state.large = (name, newValue) }
                if state.indexes.updateValue(newValue, forKey: name) == nil { state.order.append(name) }
                if state.order.count > capacity { state.indexes[state.order.removeFirst()] = nil }
            }
        }
    }
}
