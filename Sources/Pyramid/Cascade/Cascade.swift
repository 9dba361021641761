import OMEZarr
import Synchronization
import Zarr

/// Pours a source through all levels of a pyramid at once: every pixel is decoded once, every chunk written once and
/// never read back, unless a conversion that was interrupted is gone on with. The one place where a conversion is
/// concurrent.
struct Cascade: Sendable {
    let plan: PyramidPlan
    let source: any ImageSource
    let destination: any BrickDestination
    /// Which units are made, and what was seen of their pixels.
    let units: UnitLedger
    let progress: ConversionProgress

    /// Makes all levels.
    ///
    /// - Throws: the first error of any worker, after all have stopped and unfinished shards were thrown away.
    func run() throws {
        let queue = UnitQueue(plan.grid, level: plan.memory.unitLevel, window: plan.memory.window)
        let openBricks = OpenBricks(plan.grid, plan.image.type)
        let failure = Mutex<(any Error)?>(nil)
        WorkerThreads.run(plan.memory.threads) { _ in
            do {
                let worker = try CascadeWorker(self, openBricks)
                while let unit = queue.next() {
                    try worker.make(unit.brick)
                    queue.finished(unit.number)
                }
            } catch {
                queue.stop()
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) {
            destination.abandon()
            throw error
        }
    }
}
