#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Threads that carry out numbered tasks together with the caller, and wait in between.
///
/// Starting a thread takes as long as decoding a small chunk, and a thread that was started must be waited for even
/// where the machine is busy and the caller has done all the work meanwhile. These are kept, and one that wakes too late
/// is not waited for.
package final class WorkerPool: Sendable {
    /// How many work at once; the caller is one of them.
    package let size: Int
    private let desk: Desk
    private let helpers: WorkerThreads

    /// - Parameter threads: counting that of the caller; at least one. Fewer work where the machine refuses.
    package init(threads: Int) {
        let desk = Desk()
        self.desk = desk
        size = max(threads, 1)
        helpers = WorkerThreads(size - 1) { desk.help($0 + 1) }
    }

    deinit {
        desk.close()
        helpers.join()
    }

    /// Carries out tasks in their order; one call at a time.
    ///
    /// - Parameter body: gets the number of a task and that of the worker, both from 0. A worker has one task at a time.
    /// - Throws: the error of the first task that fails, however many threads there are. Tasks behind it may or may not
    ///   have been carried out.
    package func run(
        _ count: Int, _ body: @escaping @Sendable (_ task: Int, _ worker: Int) throws -> Void
    ) throws {
        let job = Job(count, body)
        if size > 1 && count > 1 { desk.offer(job) }
        job.work(0)
        desk.withdraw()
        try job.end()
    }
}

/// Tasks under way.
///
/// Safety: `body` is changed when no helper is at work any more.
private final class Job: @unchecked Sendable {
    private let count: Int
    private var body: (@Sendable (Int, Int) throws -> Void)?
    private let next = Atomic(0)
    private let failure = Mutex<(task: Int, error: any Error)?>(nil)

    init(_ count: Int, _ body: @escaping @Sendable (Int, Int) throws -> Void) {
        self.count = count
        self.body = body
    }

    /// Carries out tasks as long as there are any and none has failed.
    func work(_ worker: Int) {
        while failure.withLock({ $0 == nil }) {
            // Handed out in order and always begun, so that every task before one that fails is carried out.
            let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard task < count else { return }
            do {
                try body?(task, worker)
            } catch {
                failure.withLock { if task < $0?.task ?? .max { $0 = (task, error) } }
            }
        }
    }

    /// - Throws: the error of the first task that failed.
    func end() throws {
        // What the tasks hold must not be let go by a helper that is still on its way out: it may hold the pool.
        body = nil
        if let error = failure.withLock({ $0?.error }) { throw error }
    }
}

/// Where helpers find the job on offer.
///
/// Safety: all state is touched with `mutex` held.
private final class Desk: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let left = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var job: Job?
    /// How many jobs were offered, so that nobody takes one twice.
    private var offers = 0
    /// Helpers at work on the job.
    private var busy = 0
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        pthread_cond_init(left, nil)
    }

    deinit {
        pthread_cond_destroy(left)
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        left.deallocate()
        changed.deallocate()
        mutex.deallocate()
    }

    func offer(_ job: Job) {
        locked {
            self.job = job
            offers += 1
            pthread_cond_broadcast(changed)
        }
    }

    /// Takes the job back and waits for those who are at work on it.
    func withdraw() {
        locked {
            job = nil
            while busy > 0 { pthread_cond_wait(left, mutex) }
        }
    }

    /// Sends the helpers home.
    func close() {
        locked {
            isClosed = true
            pthread_cond_broadcast(changed)
        }
    }

    /// The life of a helper.
    func help(_ worker: Int) {
        pthread_mutex_lock(mutex)
        var seen = 0
        while !isClosed {
            guard let job, offers != seen else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            seen = offers
            busy += 1
            pthread_mutex_unlock(mutex)
            job.work(worker)
            pthread_mutex_lock(mutex)
            busy -= 1
            pthread_cond_signal(left)
        }
        pthread_mutex_unlock(mutex)
    }

    private func locked(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        body()
        pthread_mutex_unlock(mutex)
    }
}
