import OMEZarr
import Pyramid
import Zarr

/// A conversion of a Zarr that keeps what nobody asked to change: how `copy` crops, and how `pyramid` makes a new image. As
/// it is a conversion like any other, it can be gone on with, verified and repaired.
struct KeepingConversion {
    private let command: ConvertCommand
    private let arguments: [String]

    /// - Parameters:
    ///   - line: the options of the command line that are spelled as those of `convert`.
    ///   - configure: what the caller's command says of how the work is done.
    init(
        _ line: some Sequence<String>, keeping parts: Set<KeepOptions.Part>, _ version: OMEZarrVersion,
        from input: String, to output: String, _ configure: (inout ConvertCommand) -> Void
    ) throws {
        let kept = ["--keep", KeepOptions.Parts(parts).argument, "--ome-version", version.rawValue]
        arguments = OutputArguments.normalized(OutputArguments.normalized(line) + kept)
        var command = try ConvertCommand.remade(arguments, from: input, to: output)
        configure(&command)
        self.command = command
    }

    /// Plans the conversion and carries it out.
    ///
    /// - Parameter warnings: what is left out, one sentence each.
    func run(warnings: [String] = []) throws {
        let prepared = try command.prepare(arguments, name: ConversionOutput(path: command.output).name)
        if !command.quiet { for warning in warnings { Output.note("ome-zarr: warning: \(warning)") } }
        try command.run(prepared)
    }
}
