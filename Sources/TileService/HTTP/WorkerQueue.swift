import NIOPosix
import Synchronization

/// The threads that requests are answered on, and how many requests may wait for them.
///
/// Reading files and decoding pixels block; on the few threads of the network they would hold everybody up.
final class WorkerQueue: Sendable {
    private let pool: NIOThreadPool
    private let limit: Int
    private let waiting = Atomic<Int>(0)

    /// - Parameters:
    ///   - threads: how many work at once.
    ///   - limit: how many requests may be worked on or wait; beyond that they are refused.
    init(threads: Int, limit: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        self.limit = limit
        pool.start()
    }

    /// Requests that are worked on or wait.
    var load: Int { waiting.load(ordering: .relaxed) }

    /// Runs work on one of the threads.
    ///
    /// - Throws: ``ServiceError`` with status 503 where too many wait already; what `work` throws.
    func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        let before = waiting.add(1, ordering: .relaxed).oldValue
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard before < limit else {
            throw ServiceError(
                .serviceUnavailable, "busy", "\(before) requests wait already: ask again in a second", retryAfter: 1)
        }
        return try await pool.runIfActive(work)
    }

    /// Ends the threads when what is waiting is done.
    func stop() async throws { try await pool.shutdownGracefully() }
}
