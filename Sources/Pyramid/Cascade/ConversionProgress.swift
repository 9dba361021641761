import Synchronization

/// How far a conversion has come, for somebody on another thread to look at.
public final class ConversionProgress: Sendable {
    private let done = Atomic<Int>(0)
    private let expected = Atomic<Int>(0)
    private let written = Atomic<Int>(0)
    private let coarsest = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)

    /// Nothing done yet.
    public init() {}

    /// Bytes of level-0 pixels that are through: read and stored, or found complete.
    public var pixelBytesDone: Int { done.load(ordering: .relaxed) }
    /// Bytes that a check will have looked at when it is done, as far as it knows.
    public var pixelBytesExpected: Int { expected.load(ordering: .relaxed) }
    /// Bytes of the objects that have been stored, metadata not counted.
    public var bytesWritten: Int { written.load(ordering: .relaxed) }
    /// The level of the brick that was made last: how far up the pyramid the pixels have got.
    public var level: Int { coarsest.load(ordering: .relaxed) }
    /// True once somebody asked to stop.
    public var isCancelled: Bool { stopped.load(ordering: .relaxed) }

    /// Asks the conversion to stop at the next brick. Safe to call from a signal handler's thread.
    public func cancel() { stopped.store(true, ordering: .relaxed) }

    func willRead(_ bytes: Int) { expected.wrappingAdd(bytes, ordering: .relaxed) }

    func didRead(_ bytes: Int) { done.wrappingAdd(bytes, ordering: .relaxed) }

    func didWrite(_ bytes: Int, level: Int) {
        written.wrappingAdd(bytes, ordering: .relaxed)
        coarsest.store(level, ordering: .relaxed)
    }
}
