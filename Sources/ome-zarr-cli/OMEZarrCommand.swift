import ArgumentParser

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The `ome-zarr` command.
@main
struct OMEZarrCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "ome-zarr",
        abstract: "Converts microscope images to OME-Zarr, reads them back and serves them.",
        discussion: """
            Examples:
              ome-zarr sample --out cells.ome.tif
              ome-zarr convert cells.ome.tif cells.ome.zarr
              ome-zarr info cells.ome.zarr
              ome-zarr read cells.ome.zarr -o cells.png
              ome-zarr validate cells.ome.zarr
              ome-zarr verify cells.ome.zarr --against cells.ome.tif

            Results go to standard output, everything else to standard error. Exit status: 0 done, 1 failed, \
            2 finished with findings, 64 wrong usage, 130 interrupted.
            """,
        version: version,
        subcommands: [
            ConvertCommand.self, CopyCommand.self, PyramidCommand.self, ExportCommand.self, AddLabelsCommand.self,
            EditCommand.self, VerifyCommand.self, RepairCommand.self, InfoCommand.self, ReadCommand.self,
            ValidateCommand.self, ServeCommand.self, SampleCommand.self,
        ])

    static func main() async {
        Output.surviveFailedWrites()
        do {
            var command = try parse()
            do {
                if var service = command as? any AsyncParsableCommand {
                    try await service.run()
                } else {
                    try command.run()
                }
            } catch let error where !isParserError(error) {
                let status = ErrorReport.report(error, json: (command as? any PrintsJSON)?.json ?? false)
                leave(status == .done ? resultStatus() : status)
            }
            leave(resultStatus())
        } catch {
            let status = exitCode(for: error)
            // What is left is a request for help, or a command line that cannot be parsed.
            guard status == .validationFailure else { exit(withError: error) }
            ErrorReport.reportUsage(fullMessage(for: error))
            // It may still say for whom the answer is.
            if CommandLine.arguments.contains("--json") { ErrorReport.printJSON(message(for: error), status.rawValue) }
            leave(.usage)
        }
    }

    /// A result that did not arrive is a failure.
    private static func resultStatus() -> ExitStatus {
        guard let failure = Output.failure else { return .done }
        Output.note("ome-zarr: error: \(failure)")
        return .failed
    }

    private static func leave(_ status: ExitStatus) -> Never {
        #if canImport(Glibc)
            Glibc.exit(status.rawValue)
        #else
            Darwin.exit(status.rawValue)
        #endif
    }

    private static func parse() throws -> any ParsableCommand { try parseAsRoot() }

    /// Requests for help and exit codes are thrown too, and the parser knows what to print for them. It takes any error
    /// that is not its own for a plain failure.
    private static func isParserError(_ error: any Error) -> Bool {
        error is ExitCode || exitCode(for: error) != .failure
    }
}
