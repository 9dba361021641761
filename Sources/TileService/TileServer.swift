import Hummingbird
import Logging
import NIOCore

/// Serves images over HTTP until it is told to stop.
public struct TileServer: Sendable {
    private let options: ServerOptions
    private let responder: ServiceResponder

    /// Looks at what there is to serve.
    ///
    /// - Throws: `ZarrError` with code `.notFound` where a path leads nowhere.
    public init(_ options: ServerOptions) throws {
        self.options = options
        let catalogue = ImageCatalogue(try ImageLibrary(paths: options.paths), cacheBytes: options.cacheBytes)
        responder = ServiceResponder(
            routes: Routes(catalogue, generator: options.generator),
            workers: WorkerQueue(threads: options.threads, limit: options.queueLimit),
            isSecure: false)
    }

    /// Listens and answers until the process is told to end (SIGTERM, SIGINT), and finishes what has begun.
    ///
    /// - Parameter onReady: told the port it listens at.
    public func run(onReady: @escaping @Sendable (_ port: Int) -> Void) async throws {
        var logger = Logger(label: "ome-zarr")
        logger.logLevel = .critical
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: "ome-zarr", backlog: 4096),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.runService()
        try await responder.workers.stop()
    }
}
