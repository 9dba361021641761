import Synchronization

/// How far a copy has come, for somebody on another thread to look at.
public final class CopyProgress: Sendable {
    private let done = Atomic<Int>(0)
    private let written = Atomic<Int>(0)
    private let decoded = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)

    /// Nothing done yet.
    public init() {}

    /// Bytes of pixels that are through, as if every chunk were stored.
    public var pixelBytesDone: Int { done.load(ordering: .relaxed) }
    /// Bytes of the objects that have been stored, metadata not counted.
    public var bytesWritten: Int { written.load(ordering: .relaxed) }
    /// Chunks that had to be decoded.
    public var chunksDecoded: Int { decoded.load(ordering: .relaxed) }
    /// True once somebody asked to stop.
    public var isCancelled: Bool { stopped.load(ordering: .relaxed) }

    /// Asks the copy to stop at the next chunk.
    public func cancel() { stopped.store(true, ordering: .relaxed) }

    func didPass(_ bytes: Int) { done.wrappingAdd(bytes, ordering: .relaxed) }
    func didWrite(_ bytes: Int) { written.wrappingAdd(bytes, ordering: .relaxed) }
    func didDecode() { decoded.wrappingAdd(1, ordering: .relaxed) }

    /// Notes that everything up to here is through, also what was not stored.
    func didReach(_ bytes: Int) { done.store(bytes, ordering: .relaxed) }

    /// - Throws: ``PyramidError`` with code `.cancelled` once somebody asked to stop.
    func check() throws {
        if isCancelled { throw PyramidError(.cancelled, "the copy was stopped") }
    }
}
