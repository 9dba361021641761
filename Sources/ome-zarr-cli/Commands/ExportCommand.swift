import ArgumentParser
import OMEZarr
import Pyramid
import TiffIngest

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `ome-zarr export`: an image becomes an OME-TIFF.
struct ExportCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes an image as an OME-TIFF: tiled, with its levels, with its metadata.",
        discussion: """
            A collection of several images becomes one file, and so does a plate, with its wells in the OME-XML; --series \
            picks one image. Levels that are missing, or that an OME-TIFF cannot have because planes were reduced, too, are \
            made: by the mean, or the mode of labels, until they have at most 256 pixels a side. Files that may outgrow \
            4 GiB are BigTIFF. Labels of an image are not written: export them by their own path.

            Examples:
              ome-zarr export cells.ome.zarr cells.ome.tif
              ome-zarr export slide.ozx slide.ome.tif --compression jpeg --quality 85
              ome-zarr export volume.ome.zarr volume.ome.tif --compression zstd:9 --tile 256 --no-pyramid
              ome-zarr export plate.ome.zarr/B/3 well-B3.ome.tif
            """)

    @Argument(help: "The image: an OME-Zarr, an array of Zarr or N5, or a TIFF.", transform: PathArgument.nonempty)
    var input: String

    @Argument(help: "The file to write, such as cells.ome.tif.", transform: PathArgument.nonempty)
    var output: String

    @OptionGroup var options: ExportOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Export only this image of the input, counted from 0.", valueName: "number"))
    var series: Int?

    @Flag(help: "Replace the output if there is one.")
    var overwrite = false

    @Flag(help: "Print one JSON object a line: the progress, the result.")
    var json = false

    @Flag(help: "Print nothing but errors and what --json asks for.")
    var quiet = false

    /// Endings by which readers know a TIFF; the last three are for BigTIFF.
    private static let endings = ["tif", "tiff", "btf", "tf2", "tf8"]

    func run() throws {
        let ending = output.split(separator: ".", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
        guard Self.endings.contains(ending) else {
            throw UsageError("\(output) is no name of a TIFF: let it end in .ome.tif")
        }
        let source = try ImageInput.open(input)
        let found = try ExportInput(source, series: series)
        let text = options.sourceXML ? try source.sourceXML() : (xml: nil, warning: nil)
        let levels =
            options.pyramid ? try ExportLevels(of: found.images, from: input, for: output, options) : nil
        let export = try OMETiffExport(
            levels?.images ?? found.images, options.tiff, omeXML: text.xml, positions: found.positions,
            plate: found.plate)
        try refuseToReplace()
        if !quiet {
            let warnings = [text.warning].compactMap { $0 } + (levels?.warnings ?? []) + export.warnings
            for warning in found.warnings + warnings { Output.note("ome-zarr: warning: \(warning)") }
        }
        ExportRemains.remove(of: output)
        Interruption.listen()
        defer { levels?.remove() }
        if let levels { try make(levels) }
        try write(export)
    }

    private func refuseToReplace() throws {
        if let target = FileIdentity(output), target == FileIdentity(input) {
            throw Refusal("\(output) is the input: choose another name")
        }
        let lineage = FileIdentity.lineage(of: output)
        if let source = FileIdentity(input), lineage.contains(source) {
            throw Refusal("\(output) lies in the input: choose a place elsewhere")
        }
        guard overwrite || access(output, F_OK) != 0 else {
            throw Refusal("\(output) exists: add --overwrite to replace it, or choose another name")
        }
    }

    /// Makes the levels that are missing, before the first byte of the output.
    private func make(_ levels: ExportLevels) throws {
        guard levels.pixelBytes > 0 else { return }
        try OpenFileLimit.raise()
        let progress = ConversionProgress()
        var bar = ProgressBar("making levels", isQuiet: quiet || json)
        var lines = ExportProgressLines("levels", isWanted: json)
        defer { bar.clear() }
        try Background.run({ try levels.make(progress) }) {
            if Interruption.isRequested { progress.cancel() }
            bar.update(progress.pixelBytesDone, of: levels.pixelBytes)
            lines.update(progress.pixelBytesDone, of: levels.pixelBytes)
        }
    }

    private func write(_ export: OMETiffExport) throws {
        var display = ExportDisplay(export, json: json, quiet: quiet)
        let count = display.count, output = output
        do {
            let bytes = try Background.run({
                try export.write(to: output) { done in
                    count.set(done)
                    try Interruption.check()
                }
            }) { display.update() }
            display.done(output, bytesWritten: bytes)
        } catch {
            display.clear()
            throw error
        }
    }
}
