import HummingbirdCore
import Logging
import NIOCore

/// Connections of HTTP/1.1 whose requests are taken apart and answered on the thread of the connection; what blocks is
/// done elsewhere, see ``WorkerQueue``.
struct EventLoopChannel: ServerChildChannel {
    let base: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}
