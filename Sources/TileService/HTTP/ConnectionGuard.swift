import NIOCore
import NIOHTTPTypes

/// Ends connections that only hold on, and notices at once that a client has gone.
///
/// A request must end, and an answer must be taken, within the patience; whoever takes some of it goes on. What waits for
/// the first line of a request is not this one's business: see ``FirstRequestTimer`` and Hummingbird's idle timeout.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How far a connection has come; one that is as far as it was when last looked at has stopped.
    private struct Progress: Equatable {
        var requests = 0
        var writes = 0
        var buffered = 0
    }

    /// A stream tells only when a write is done, not how far it is: so much at a time must be taken within the patience.
    private static let sliceBytes = 1 << 14

    private let patience: TimeAmount
    /// Whether this is one of the streams of a connection of HTTP/2.
    private var isStream = false
    private var isReading = false
    private var unwritten = 0
    private var isAnswered = true
    /// Set while the end of the connection waits for what is still to be written.
    private var end: (() -> Void)?
    private var progress = Progress()
    private var seen = (reading: Progress?.none, writing: Progress?.none)
    private var check: RepeatedTask?

    init(patience: TimeAmount) { self.patience = patience }

    func handlerAdded(context: ChannelHandlerContext) {
        isStream = context.channel.parent?.parent != nil
        let connection = isStream ? context.channel.parent : context.channel
        FirstRequestTimer.stop(in: connection)
        // A client that has closed its side has gone, or as good as gone: what is made for it would be made for nobody.
        if !isStream { try? context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false) }
        let place = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleRepeatedTask(initialDelay: patience, delay: patience) { _ in
            let (handler, context) = place.value
            handler.look(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReading = true
            progress.requests += 1
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        isAnswered = if case .end = part { true } else { false }
        guard isStream, case .body(var rest) = part else { return send(part, promise, context) }
        while rest.readableBytes > Self.sliceBytes, let slice = rest.readSlice(length: Self.sliceBytes) {
            send(.body(slice), nil, context)
        }
        send(.body(rest), promise, context)
    }

    private func send(_ part: HTTPResponsePart, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let written = promise ?? context.eventLoop.makePromise()
        unwritten += 1
        let place = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            place.value.wasWritten()
        }
        context.write(wrapOutboundOut(part), promise: written)
    }

    private func wasWritten() {
        unwritten -= 1
        progress.writes += 1
        if unwritten == 0, let end {
            self.end = nil
            end()
        }
    }

    /// When the server stops, Hummingbird closes right behind the last write of an answer, by which what the system has not
    /// taken yet would be lost. Whoever closes a second time means it.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if let end {
            self.end = nil
            end()
            promise?.succeed()
        } else if mode == .all, unwritten > 0, isAnswered {
            end = { context.close(mode: mode, promise: promise) }
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        // A stream does not know, and ends the process when it is asked; its writes are told one by one.
        if !isStream {
            progress.buffered = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        }
        let reading = isReading ? Progress(requests: progress.requests) : nil
        let writing = unwritten > 0 ? progress : nil
        let hasStopped = reading != nil && reading == seen.reading || writing != nil && writing == seen.writing
        seen = (reading, writing)
        if hasStopped { context.close(promise: nil) }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
