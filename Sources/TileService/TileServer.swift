import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

/// Serves images over HTTP until it is told to stop.
public struct TileServer: Sendable {
    private let options: ServerOptions
    private let responder: ServiceResponder

    /// Looks at what there is to serve.
    ///
    /// - Parameter log: told a line for each request, where ``ServerOptions/log`` asks for them.
    /// - Throws: `ZarrError` with code `.notFound` where a path leads nowhere.
    public init(_ options: ServerOptions, log: @escaping @Sendable (String) -> Void = { _ in }) throws {
        self.options = options
        let catalogue = ImageCatalogue(try ImageLibrary(paths: options.paths), cacheBytes: options.cacheBytes)
        let workers = WorkerQueue(threads: options.threads, limit: options.queueLimit), metrics = ServiceMetrics()
        responder = ServiceResponder(
            routes: Routes(catalogue, workers, metrics, generator: options.generator), workers: workers,
            metrics: metrics, token: options.token.map(AccessToken.init), log: options.log, print: log,
            isSecure: options.certificatePath != nil)
    }

    /// Listens and answers until the process is told to end (SIGTERM, SIGINT), and finishes what has begun.
    ///
    /// - Parameter onReady: told the port it listens at.
    /// - Throws: what keeps it from listening; where TLS is asked for, what is wrong with the certificates.
    public func run(onReady: @escaping @Sendable (_ port: Int) -> Void) async throws {
        var logger = Logger(label: "ome-zarr")
        logger.logLevel = .critical
        let application = Application(
            responder: responder, server: try builder(),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: "ome-zarr", backlog: 4096),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.runService()
        try await responder.workers.stop()
    }

    /// HTTP/1.1, or with TLS what a client can: HTTP/2 or HTTP/1.1.
    private func builder() throws -> HTTPServerBuilder {
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        let stream = HTTP1Channel.Configuration(
            idleTimeout: TimeAmount(options.idleTimeout), httpDecoderConfiguration: limits)
        guard let certificatePath = options.certificatePath else {
            return HTTPServerBuilder { responder in
                EventLoopChannel(base: HTTP1Channel(responder: responder, configuration: stream))
            }
        }
        let certificates = try NIOSSLCertificate.fromPEMFile(certificatePath)
        let key = try NIOSSLPrivateKey(file: options.keyPath ?? certificatePath, format: .pem)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        return try .http2Upgrade(
            tlsConfiguration: tls,
            configuration: HTTP2ChannelConfiguration(idleTimeout: options.idleTimeout, streamConfiguration: stream))
    }
}
