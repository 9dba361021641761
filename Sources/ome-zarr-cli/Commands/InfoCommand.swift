import ArgumentParser

/// `ome-zarr info`: says what a file or folder holds.
struct InfoCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Says what a TIFF file or an OME-Zarr holds: axes, levels, chunks, channels, physical sizes.",
        discussion: """
            Reads metadata only. With --json each line is an object whose "type" is input, image, level, channel or warning.

            Examples:
              ome-zarr info cells.ome.tif
              ome-zarr info cells.ome.zarr
              ome-zarr info cells.ome.zarr --json
            """)

    @Argument(
        help: "A TIFF file, an OME-Zarr folder, or a group or array inside one.", transform: PathArgument.nonempty)
    var path: String

    @Flag(help: "Print objects for programs.")
    var json = false

    func run() throws {
        let report = try InputReport(ImageInput.open(path))
        if json {
            report.printJSON(path: path)
        } else {
            report.print(path: path, Style())
        }
    }
}
