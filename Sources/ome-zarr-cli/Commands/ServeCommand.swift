import ArgumentParser
import Pyramid
import TileService

/// `ome-zarr serve`: images over HTTP.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve OME-Zarr and TIFF images to viewers over HTTP.")

    @Argument(help: "Folders, OME-Zarr images, .ozx archives and TIFF files.")
    var paths: [String]

    @Option(help: "The address to listen at; 0.0.0.0 lets other machines in.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0 lets the system choose one.")
    var port = 8080

    @Option(help: "Ask clients for this token, as \"Authorization: Bearer TOKEN\" or ?token=TOKEN.")
    var token: String?

    @Option(help: ArgumentHelp("Speak TLS, HTTP/2 too, with the certificates in this PEM file.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The private key of the certificates, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("Memory for decoded pixels that are remembered, 1GiB by default.", valueName: "size"))
    var cache: ByteCount?

    @Option(
        help: ArgumentHelp(
            "Keep levels that an image lacks and that were made in this folder, for the next start.",
            valueName: "folder"))
    var cacheDir: String?

    @Option(help: ArgumentHelp("Bytes of the files in --cache-dir, 10GiB by default.", valueName: "size"))
    var cacheDirSize: ByteCount?

    @Option(help: "Requests that may wait, half of them of one client; more are told to come again.")
    var queue = 1024

    @Option(
        help: ArgumentHelp(
            "Connections that may be open, 16384 by default; more wait until one is closed.", valueName: "count"))
    var connections: Int?

    @Option(
        help: ArgumentHelp(
            "How long a connection may be idle, take for a request, or take nothing of its answer.",
            valueName: "seconds"))
    var timeout = 60

    @Option(
        help: ArgumentHelp("How long answers that have begun may take after SIGTERM.", valueName: "seconds"))
    var stopTimeout = 30

    @Option(help: "A line on standard error for each request.")
    var log = AccessLog.none

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads that read and decode. By default as many as there are processors.", valueName: "count"))
    var threads: Int?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
        guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads must be from 1 to 1024") }
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout must be from 1 to 86400 seconds") }
        guard (1...86_400).contains(stopTimeout) else {
            throw ValidationError("--stop-timeout must be from 1 to 86400 seconds")
        }
        guard connections ?? 1 >= 1 else { throw ValidationError("--connections must be at least 1") }
        guard queue >= 1 else { throw ValidationError("--queue must be at least 1") }
        guard cacheDirSize == nil || cacheDir != nil else {
            throw ValidationError("--cache-dir-size needs --cache-dir")
        }
        guard cacheDir != "" else { throw ValidationError("--cache-dir is empty: name a folder") }
        guard tlsKey == nil || tlsCert != nil else { throw ValidationError("--tls-key needs --tls-cert") }
        guard token != "" else { throw ValidationError("--token is empty: leave it out to answer everybody") }
    }

    func run() async throws {
        let files = try OpenFileLimit.raise(to: OpenFileLimit.forConnections)
        var options = ServerOptions(paths: paths)
        options.host = host
        options.port = port
        options.token = token
        (options.certificatePath, options.keyPath) = (tlsCert, tlsKey)
        options.cacheBytes = cache?.bytes ?? options.cacheBytes
        options.cacheFolder = cacheDir
        options.cacheFolderBytes = cacheDirSize?.bytes ?? options.cacheFolderBytes
        options.queueLimit = queue
        // Files and folders are open beside the connections.
        options.connectionLimit = max(1, min(connections ?? options.connectionLimit, files - files / 4))
        options.idleTimeout = .seconds(timeout)
        options.stopTimeout = .seconds(stopTimeout)
        options.log = log
        options.generator = Generator(name: "ome-zarr", version: OMEZarrCommand.version)
        options.threads = threads ?? EffortOptions.processorCount
        let address = "\(tlsCert == nil ? "http" : "https")://\(host.contains(":") ? "[\(host)]" : host)"
        let server = try TileServer(options, log: Output.note, warn: Output.note)
        do {
            try await server.run { port in Output.note("serving at \(address):\(port)/") }
        } catch {
            throw Refusal("cannot serve at \(address):\(port): \(error)")
        }
    }
}

extension AccessLog: ExpressibleByArgument {}
