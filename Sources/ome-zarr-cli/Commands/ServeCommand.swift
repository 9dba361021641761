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

    @OptionGroup var effort: EffortOptions

    func run() async throws {
        var options = ServerOptions(paths: paths)
        options.host = host
        options.port = port
        options.generator = Generator(name: "ome-zarr", version: OMEZarrCommand.version)
        options.threads = effort.threadCount
        let host = host
        try await TileServer(options).run { port in Output.note("serving at http://\(host):\(port)/") }
    }
}
