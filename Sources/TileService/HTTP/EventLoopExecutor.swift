import NIOCore

/// Runs the tasks of a connection on the thread that reads and writes it.
///
/// Otherwise each request goes from that thread to one of Swift's and back, which on few processors costs more than
/// answering it.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
