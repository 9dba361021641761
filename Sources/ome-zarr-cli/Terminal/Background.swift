import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Long work on a thread of its own, so that the main thread can show how far it is and notice a wish to stop.
enum Background {
    /// Runs `work` to its end and calls `tick` every 50 ms until then, and once after.
    ///
    /// - Throws: what `work` throws.
    static func run<Output: Sendable>(_ work: @escaping @Sendable () throws -> Output, tick: () -> Void) throws
        -> Output
    {
        let outcome = Outcome<Output>()
        let job = Unmanaged.passRetained(Job { outcome.set(Result(catching: work)) })
        #if canImport(Glibc)
            var thread = pthread_t()
            let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
                if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }
        #else
            var thread: pthread_t?
            let start: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { pointer in
                Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }
        #endif
        if pthread_create(&thread, nil, start, job.toOpaque()) != 0 {
            // Without a second thread the work is done all the same, only silently.
            job.takeRetainedValue().body()
        }
        while true {
            tick()
            if let result = outcome.value { return try result.get() }
            usleep(50_000)
        }
    }

    private final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private final class Outcome<Output: Sendable>: Sendable {
        private let state = Mutex<Result<Output, any Error>?>(nil)
        var value: Result<Output, any Error>? { state.withLock { $0 } }
        func set(_ result: Result<Output, any Error>) { state.withLock { $0 = result } }
    }
}
