#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Several threads that run the same function.
///
/// Plain threads because workers block on files and on one another, which tasks of the cooperative pool must not.
///
/// Safety: the handles of threads are numbers or pointers that nobody follows.
package struct WorkerThreads: @unchecked Sendable {
    private var threads: [pthread_t] = []

    /// Runs the same function on so many threads, of which the caller's is the first, and waits for all of them.
    ///
    /// - Parameter body: gets the number of its worker, from 0.
    package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let others = WorkerThreads(count - 1) { body($0 + 1) }
        body(0)
        others.join()
    }

    /// Starts threads.
    ///
    /// - Parameter body: gets the number of its thread, from 0.
    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        for number in 0..<max(count, 0) {
            let job = Unmanaged.passRetained(Job(number, body))
            #if canImport(Glibc)
                var thread = pthread_t()
            #else
                var thread: pthread_t? = nil
            #endif
            let code = pthread_create(&thread, nil, Self.runJob, job.toOpaque())
            guard code == 0 else {
                // One worker less; the others do its units.
                job.release()
                break
            }
            #if canImport(Glibc)
                threads.append(thread)
            #else
                if let thread { threads.append(thread) }
            #endif
        }
    }

    /// Waits until all have returned. To be called once.
    func join() {
        for thread in threads { pthread_join(thread, nil) }
    }

    private final class Job: Sendable {
        let number: Int
        let body: @Sendable (Int) -> Void

        init(_ number: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.number = number
            self.body = body
        }
    }

    #if canImport(Glibc)
        private static let runJob: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
            if let pointer { start(pointer) }
            return nil
        }
    #else
        private static let runJob: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { pointer in
            start(pointer)
            return nil
        }
    #endif

    private static func start(_ pointer: UnsafeMutableRawPointer) {
        let job = Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue()
        job.body(job.number)
    }
}
