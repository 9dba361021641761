#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Hands out units in their order and holds back workers that would run too far ahead of the oldest unfinished one.
///
/// Without the window a fast worker could fill a shard's later chunks while an earlier one is still being made, and all
/// of them would wait in memory.
///
/// Safety: all state is touched with `mutex` held.
final class UnitQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let finishedOne = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var units: BrickSequence
    private let window: Int
    private var nextNumber = 0
    private var underWay: Set<Int> = []
    private var isStopped = false

    init(_ grid: BrickGrid, level: Int, window: Int) {
        units = BrickSequence(grid, level: level)
        self.window = window
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(finishedOne, nil)
    }

    deinit {
        pthread_cond_destroy(finishedOne)
        pthread_mutex_destroy(mutex)
        finishedOne.deallocate()
        mutex.deallocate()
    }

    /// The next unit and its number; nil where none is left or the work was stopped. Waits while the window is full.
    func next() -> (number: Int, brick: Brick)? {
        locked {
            while let oldest = underWay.min(), nextNumber - oldest >= window, !isStopped {
                pthread_cond_wait(finishedOne, mutex)
            }
            guard !isStopped, let brick = units.next() else { return nil }
            defer { nextNumber += 1 }
            underWay.insert(nextNumber)
            return (nextNumber, brick)
        }
    }

    /// Says that a unit and everything that it completed is stored.
    func finished(_ number: Int) {
        locked {
            underWay.remove(number)
            pthread_cond_broadcast(finishedOne)
        }
    }

    /// Lets no worker have another unit.
    func stop() {
        locked {
            isStopped = true
            pthread_cond_broadcast(finishedOne)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
