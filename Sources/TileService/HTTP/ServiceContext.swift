import Hummingbird
import NIOCore

/// The way a request came: a connection of HTTP/1.1, or a stream of one of HTTP/2.
struct ServiceContext: InitializableFromSource {
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }

    /// False once the client has gone: then nobody takes the answer. Costs one look at a flag.
    var isWanted: @Sendable () -> Bool {
        let channel = channel
        return { channel.isActive }
    }

    /// The address of who asks; empty where it has none. A proxy on this machine says for whom it asks.
    ///
    /// - Parameter forwarded: the value of `X-Forwarded-For`, whose last entry the nearest proxy wrote.
    func client(forwarded: String?) -> String {
        let address = channel.remoteAddress?.ipAddress ?? ""
        guard address.hasPrefix("127.") || address == "::1" || address.isEmpty,
            let last = forwarded?.split(separator: ",").last?.drop(while: { $0 == " " }), !last.isEmpty
        else { return address }
        return String(last.prefix(64))
    }
}
