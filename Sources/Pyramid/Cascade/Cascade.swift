import OMEZarr
import Synchronization
import Zarr

/// Pours a source through all levels of a pyramid at once: every pixel is decoded once, every chunk written once and
/// never read back. The one place where a conversion is concurrent.
struct Cascade: Sendable {
    let plan: PyramidPlan
    let source: any ImageSource
    let sinks: [LevelSink]
    let progress: ConversionProgress

    /// Makes all levels.
    ///
    /// - Returns: what was seen of the pixels of level 0, one for each channel.
    /// - Throws: the first error of any worker, after all have stopped and unfinished shards were thrown away.
    func run() throws -> [ChannelStatistics] {
        let queue = UnitQueue(plan.grid, level: plan.memory.unitLevel, window: plan.memory.window)
        let openBricks = OpenBricks(plan.grid, plan.image.type)
        let outcome = Mutex(Outcome(statistics: StatisticsCollector(plan.image)))
        WorkerThreads.run(plan.memory.threads) { _ in
            do {
                let worker = try CascadeWorker(plan, source, sinks, openBricks, progress)
                while let unit = queue.next() {
                    try worker.make(unit.brick)
                    queue.finished(unit.number)
                }
                outcome.withLock { $0.statistics.merge(worker.statistics) }
            } catch {
                queue.stop()
                outcome.withLock { $0.error = $0.error ?? error }
            }
        }
        return try outcome.withLock { outcome in
            if let error = outcome.error {
                for sink in sinks { sink.abandon() }
                throw error
            }
            return outcome.statistics.result()
        }
    }

    private struct Outcome {
        var statistics: StatisticsCollector
        var error: (any Error)?
    }
}
