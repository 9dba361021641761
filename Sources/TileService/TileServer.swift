import Hummingbird
import HummingbirdCore
import Logging
import Pyramid
import ServiceLifecycle
import UnixSignals

/// Serves images over HTTP until it is told to stop.
public struct TileServer: Sendable {
    private let options: ServerOptions
    private let responder: ServiceResponder

    /// Looks at what there is to serve.
    ///
    /// - Parameters:
    ///   - log: told a line for each request, where ``ServerOptions/log`` asks for them.
    ///   - warn: told what does not work, but keeps nobody from being served.
    /// - Throws: `ZarrError` with code `.notFound` where a path leads nowhere.
    public init(
        _ options: ServerOptions, log: @escaping @Sendable (String) -> Void = { _ in },
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.options = options
        let catalogue = ImageCatalogue(
            try ImageLibrary(paths: options.paths), cacheBytes: options.cacheBytes,
            folder: Self.folder(options, warn))
        let workers = WorkerQueue(threads: options.threads, limit: options.queueLimit), metrics = ServiceMetrics()
        responder = ServiceResponder(
            routes: Routes(catalogue, workers, metrics, generator: options.generator), workers: workers,
            metrics: metrics, token: options.token.map(AccessToken.init), log: options.log, print: log,
            isSecure: options.certificatePath != nil)
    }

    private static func folder(_ options: ServerOptions, _ warn: @escaping @Sendable (String) -> Void) -> BlockFolder? {
        guard let path = options.cacheFolder else { return nil }
        do {
            return try BlockFolder(path: path, capacity: options.cacheFolderBytes, complain: warn)
        } catch {
            warn("levels that are made are not kept: \(error)")
            return nil
        }
    }

    /// Listens and answers until the process is told to end (SIGTERM, SIGINT), and finishes what has begun; told again,
    /// or when ``ServerOptions/stopTimeout`` is over, it ends at once.
    ///
    /// - Parameter onReady: told the port it listens at.
    /// - Throws: ``ServerError`` where it cannot listen, or something is wrong with the certificates.
    public func run(onReady: @escaping @Sendable (_ port: Int) -> Void) async throws {
        var logger = Logger(label: "ome-zarr")
        logger.logLevel = .critical
        let application = Application(
            responder: responder, server: try Listening.builder(options),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: "ome-zarr", backlog: 4096,
                availableConnectionsDelegate: .maximum(options.connectionLimit, logger: logger)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: Self.signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = options.stopTimeout
        let group = ServiceGroup(configuration: configuration)
        do {
            try await Self.untilSecondSignal { try await group.run() }
        } catch is CancellationError {
            // It was told twice, or too much had begun to end in time.
        } catch {
            throw Listening.error(error, options)
        }
        try await responder.workers.stop()
    }

    private static let signals = [UnixSignal.sigterm, .sigint]

    private static func untilSecondSignal(_ run: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await run() }
            group.addTask {
                var count = 0
                for await _ in await UnixSignalsSequence(trapping: signals) {
                    count += 1
                    if count == 2 { return }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
