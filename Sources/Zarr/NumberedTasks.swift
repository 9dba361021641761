import Synchronization

/// Carries out tasks that are known by number, in their order, on one thread or on several.
package enum NumberedTasks {
    /// - Parameters:
    ///   - threads: how many at most; the caller's is one of them.
    ///   - body: gets the number of a task and that of the worker, both from 0. A worker has one task at a time.
    /// - Throws: the error of the first task that fails, however many threads there are. Tasks behind it may or may not
    ///   have been carried out.
    package static func run(
        _ count: Int, threads: Int, _ body: @escaping @Sendable (_ task: Int, _ worker: Int) throws -> Void
    )
        throws
    {
        guard threads > 1, count > 1 else {
            for task in 0..<count { try body(task, 0) }
            return
        }
        let next = Atomic(0), failure = Mutex<(task: Int, error: any Error)?>(nil)
        WorkerThreads.run(min(threads, count)) { worker in
            while failure.withLock({ $0 == nil }) {
                // Handed out in order and always begun, so that every task before one that fails is carried out.
                let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard task < count else { return }
                do {
                    try body(task, worker)
                } catch {
                    failure.withLock { if task < $0?.task ?? .max { $0 = (task, error) } }
                }
            }
        }
        if let error = failure.withLock({ $0?.error }) { throw error }
    }
}
