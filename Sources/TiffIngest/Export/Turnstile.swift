#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lets threads through one at a time, in the order of their numbers: tasks are done in parallel, results kept in order.
///
/// Safety: all state is touched with `mutex` held.
final class Turnstile: @unchecked Sendable {
    /// The end of a task that came after one that failed.
    struct Closed: Error {}

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let moved = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var next = 0
    /// The first task that failed.
    private var failed = Int.max

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(moved, nil)
    }

    deinit {
        pthread_cond_destroy(moved)
        pthread_mutex_destroy(mutex)
        moved.deallocate()
        mutex.deallocate()
    }

    /// Waits until all tasks with smaller numbers are through, then runs `body`, which nobody else does meanwhile.
    ///
    /// - Throws: ``Closed`` where one of them failed; what `body` throws.
    func pass(_ number: Int, _ body: () throws -> Void) throws {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while next != number && failed > number { pthread_cond_wait(moved, mutex) }
        guard failed > number else { throw Closed() }
        try body()
        next += 1
        pthread_cond_broadcast(moved)
    }

    /// Sends those home that would wait for a task in vain.
    func fail(_ number: Int) {
        pthread_mutex_lock(mutex)
        failed = min(failed, number)
        pthread_cond_broadcast(moved)
        pthread_mutex_unlock(mutex)
    }
}
