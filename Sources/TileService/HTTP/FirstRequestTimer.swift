import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

/// Ends a connection on which nothing was ever asked for: whose TLS never came about, or that only holds on.
final class FirstRequestTimer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let patience: TimeAmount
    private var end: Scheduled<Void>?

    init(patience: TimeAmount) { self.patience = patience }

    /// A request comes: the connection is taken for one that is used.
    static func stop(in connection: (any Channel)?) {
        let timer = try? connection?.pipeline.syncOperations.handler(type: FirstRequestTimer.self)
        timer?.end?.cancel()
        timer?.end = nil
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let place = NIOLoopBound(context, eventLoop: context.eventLoop)
        end = context.eventLoop.scheduleTask(in: patience) { place.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server is about to stop, and nothing is lost here.
        if event is ChannelShouldQuiesceEvent, end != nil {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}

@available(*, unavailable)
extension FirstRequestTimer: Sendable {}

/// Connections of TLS, with a timer until the first request on each.
struct TimedConnection: ServerChildChannel {
    let base: HTTP2UpgradeChannel
    let patience: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        do {
            try channel.pipeline.syncOperations.addHandler(FirstRequestTimer(patience: patience))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
