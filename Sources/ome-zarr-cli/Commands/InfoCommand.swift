import ArgumentParser

/// `ome-zarr info`: says what a file or folder holds.
struct InfoCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract:
            "Says what a TIFF, an OME-Zarr or any Zarr or N5 holds: axes, levels, chunks, codecs, channels, sizes.",
        discussion: """
            Reads metadata only; of a plain array it also counts the chunks, of a plain group it lists what is in it. With \
            --json each line is an object whose "type" is input, image, level, channel, array, node or warning.

            Examples:
              ome-zarr info cells.ome.tif
              ome-zarr info cells.ome.zarr
              ome-zarr info cells.ome.zarr/0
              ome-zarr info cells.ome.zarr --json
            """)

    @Argument(
        help: "A TIFF file, or a group or array of Zarr or N5.", transform: PathArgument.nonempty)
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
