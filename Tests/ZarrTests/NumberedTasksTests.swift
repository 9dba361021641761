import Synchronization
import Testing
import Zarr

struct NumberedTasksTests {
    private struct Failure: Error, Equatable { let task: Int }

    @Test("every task is carried out once, by a worker that has no other meanwhile", arguments: [1, 2, 5])
    func everyTask(threads: Int) throws {
        for count in [0, 1, 2, 100] {
            let done = Mutex([Int](repeating: 0, count: count)), busy = Mutex(Set<Int>())
            try NumberedTasks.run(count, threads: threads) { task, worker in
                #expect(worker < max(threads, 1) && busy.withLock { $0.insert(worker).inserted })
                done.withLock { $0[task] += 1 }
                busy.withLock { _ = $0.remove(worker) }
            }
            #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
        }
    }

    @Test("the first task that fails is the one reported", arguments: [1, 2, 5])
    func firstFailure(threads: Int) {
        for _ in 0..<50 {
            #expect(throws: Failure(task: 7)) {
                try NumberedTasks.run(60, threads: threads) { task, _ in
                    if task >= 7 && task % 3 != 0 { throw Failure(task: task) }
                }
            }
        }
    }
}
