import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr verify`: whether an output still holds what was written into it.
struct VerifyCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks that an OME-Zarr is whole: every object, every chunk, every level.",
        discussion: """
            Holds every file against the manifest that convert wrote (OME/manifest.txt), decodes every chunk, and makes \
            the levels anew from the full resolution to compare them. With --against, every pixel of the full resolution is \
            compared with the input, too. Of a Zarr that another program wrote everything that is there is decoded; what \
            is missing cannot be told. \
            Prints what it finds, a line for each object. Exit status 0 when nothing is wrong, 2 when something is. With \
            --json each line is an object whose "type" is finding, or at last summary.

            Examples:
              ome-zarr verify cells.ome.zarr
              ome-zarr verify cells.ome.zarr --against cells.ome.tif
              ome-zarr verify cells.ozx --json
            """)

    @Argument(help: "An OME-Zarr, or a group or array of Zarr or N5.", transform: PathArgument.nonempty)
    var path: String

    @Option(help: ArgumentHelp("Compare with the input it was made from.", valueName: "input"))
    var against: String?

    @OptionGroup var effort: EffortOptions

    @Flag(help: "Print objects for programs.")
    var json = false

    @Flag(help: "Print nothing but findings and errors.")
    var quiet = false

    func run() throws {
        guard let place = try StorePath(path) else {
            throw UsageError("\(path) is a file, but no ZIP archive: verify takes a Zarr or N5")
        }
        Interruption.listen()
        if let unfinished = try UnfinishedOutput(place.store, place.key) { throw unfinished.refusal(path) }
        var check = try OutputCheck(
            place, path: path, effort: effort, isQuiet: quiet || json)
        try check.checkObjects()
        if let against { try check.compare(against: against) }
        try check.checkLevels()
        VerifyReport(path: path, json: json, quiet: quiet).print(check)
        if check.found.count > 0 { throw ExitCode(ExitStatus.findings.rawValue) }
    }
}
