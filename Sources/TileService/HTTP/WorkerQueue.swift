import NIOPosix
import Pyramid
import Synchronization

/// The threads that requests are answered on, and how many requests may wait for them.
///
/// Reading files and decoding pixels block; on the few threads of the network they would hold everybody up.
final class WorkerQueue: Sendable {
    private struct State {
        var load = 0
        /// Of each client that has any.
        var loads = [String: Int]()
        var abandoned = 0
    }

    private let pool: NIOThreadPool
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - threads: how many work at once.
    ///   - limit: how many requests may be worked on or wait, half of them of one client; beyond that they are refused.
    init(threads: Int, limit: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        self.limit = limit
        pool.start()
    }

    /// Requests that are worked on or wait.
    var load: Int { state.withLock { $0.load } }

    /// Requests whose client went before they were answered.
    var abandoned: Int { state.withLock { $0.abandoned } }

    /// Whether another request would be refused.
    var isFull: Bool { load >= limit }

    /// Runs the work for a request on one of the threads, unless its client is gone by then.
    ///
    /// - Parameter client: who asks, by address.
    /// - Throws: ``ServiceError`` with status 503 where too many wait already, with 429 where too many are of this client;
    ///   ``OnDemandPyramid/Unwanted``; what `work` throws.
    func answer<Result: Sendable>(
        _ client: String, while isWanted: @escaping @Sendable () -> Bool,
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try enter(client)
        defer { leave(client) }
        do {
            return try await run(while: isWanted, work)
        } catch  where error is OnDemandPyramid.Unwanted || error is CancellationError {
            // What waits is cancelled with its connection where that is HTTP/2.
            state.withLock { $0.abandoned += 1 }
            throw OnDemandPyramid.Unwanted()
        }
    }

    /// Runs work that belongs to an answer that has begun: it is never refused.
    func run<Result: Sendable>(
        while isWanted: @escaping @Sendable () -> Bool, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await pool.runIfActive {
            guard isWanted() else { throw OnDemandPyramid.Unwanted() }
            return try work()
        }
    }

    /// Ends the threads when what is waiting is done.
    func stop() async throws { try await pool.shutdownGracefully() }

    private func enter(_ client: String) throws {
        try state.withLock { state in
            guard state.load < limit else {
                throw ServiceError(
                    .serviceUnavailable, "busy", "\(state.load) requests wait already: ask again in a second",
                    retryAfter: 1)
            }
            let own = state.loads[client] ?? 0
            guard own < max(limit / 2, 1) else {
                throw ServiceError(
                    .tooManyRequests, "too-many", "\(own) requests of yours wait already: ask again in a second",
                    retryAfter: 1)
            }
            state.load += 1
            state.loads[client] = own + 1
        }
    }

    private func leave(_ client: String) {
        state.withLock { state in
            state.load -= 1
            let own = (state.loads[client] ?? 1) - 1
            state.loads[client] = own == 0 ? nil : own
        }
    }
}
