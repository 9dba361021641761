import Synchronization
import Testing
import Zarr

struct WorkerPoolTests {
    private struct Failure: Error, Equatable { let task: Int }

    @Test("every task is carried out once, by a worker that has no other meanwhile", arguments: [1, 2, 5])
    func everyTask(threads: Int) throws {
        let pool = WorkerPool(threads: threads)
        for count in [0, 1, 2, 100] {
            let done = Mutex([Int](repeating: 0, count: count)), busy = Mutex(Set<Int>())
            try pool.run(count) { task, worker in
                #expect(worker < max(threads, 1) && busy.withLock { $0.insert(worker).inserted })
                done.withLock { $0[task] += 1 }
                busy.withLock { _ = $0.remove(worker) }
            }
            #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
        }
    }

    @Test("the first task that fails is the one reported", arguments: [1, 2, 5])
    func firstFailure(threads: Int) {
        let pool = WorkerPool(threads: threads)
        for _ in 0..<200 {
            #expect(throws: Failure(task: 7)) {
                try pool.run(60) { task, _ in
                    if task >= 7 && task % 3 != 0 { throw Failure(task: task) }
                }
            }
        }
    }

    @Test("what the tasks hold, be it the pool itself, is let go when they are done")
    func letsGo() throws {
        final class Owner: Sendable {
            let pool = WorkerPool(threads: 3)
            func work() throws { try pool.run(10) { [self] _, _ in _ = pool.size } }
        }
        for _ in 0..<200 {
            weak var owner: Owner?
            do {
                let made = Owner()
                owner = made
                try made.work()
            }
            #expect(owner == nil)
        }
    }
}
