import Dispatch
import Synchronization

/// Long work on a thread of its own, so that the main thread can show how far it is and notice a wish to stop.
enum Background {
    /// Runs `work` to its end and calls `tick` every 50 ms until then, and once after.
    ///
    /// - Throws: what `work` throws.
    static func run<Output: Sendable>(
        _ work: @escaping @Sendable () throws -> Output, tick: () -> Void
    ) throws -> Output {
        let outcome = Outcome<Output>(), end = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            outcome.set(Result(catching: work))
            end.signal()
        }
        repeat { tick() } while end.wait(timeout: .now() + .milliseconds(50)) == .timedOut
        tick()
        return try outcome.get()
    }

    private final class Outcome<Output: Sendable>: Sendable {
        private let state = Mutex<Result<Output, any Error>>(.failure(CancellationError()))
        func get() throws -> Output { try state.withLock { $0 }.get() }
        func set(_ result: Result<Output, any Error>) { state.withLock { $0 = result } }
    }
}
