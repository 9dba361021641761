import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr convert`: an image becomes an OME-Zarr with a pyramid.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Converts an image to OME-Zarr with a multiscale pyramid.",
        discussion: """
            A file with one image becomes an OME-Zarr image. A file with several becomes a collection in the layout of
            bioformats2raw, unless --series picks one.

            Examples:
              ome-zarr convert cells.ome.tif cells.ome.zarr
              ome-zarr convert cells.ome.tif cells.ome.zarr --dry-run
              ome-zarr convert cells.ome.tif old.ome.zarr --ome-version 0.4
              ome-zarr convert slide.tif slide.ome.zarr --shard 256MB --codec blosc:lz4:5 --memory 1GB
              ome-zarr convert mask.tif mask.ome.zarr --downsample mode
            """)

    @Argument(help: "The image: a TIFF, or an OME-Zarr to write anew.")
    var input: String

    @Argument(help: "The folder to write, such as cells.ome.zarr.")
    var output: String

    @OptionGroup var options: ConvertOptions

    @Option(help: ArgumentHelp("Convert only this image of the file, counted from 0.", valueName: "number"))
    var series: Int?

    @Flag(help: "Write the layout of bioformats2raw, with OME-XML, for one image too.")
    var bioformats2raw = false

    @Flag(help: "Replace the output if it is an OME-Zarr.")
    var overwrite = false

    @Flag(help: "Print what would be written, and write nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object a line: the plan, the progress, the result.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    static let generator = Generator(name: "ome-zarr", version: OMEZarrCommand.version)

    func run() throws {
        let source = try ImageInput.open(input)
        let images = try source.images(series: series)
        let plans = try images.map { try PyramidPlan(of: $0, options.pyramid(for: $0.description.type)) }
        warn(source.warnings)
        for (number, plan) in plans.enumerated() { report(plan, number, of: plans.count) }
        if dryRun { return }

        let target = ConversionOutput(path: output)
        try target.check(overwrite: overwrite)
        Interruption.listen()
        OpenFileLimit.raise()
        let store = try target.open()
        do {
            try convert(images, plans, into: store, omeXML: source.omeXML)
        } catch {
            throw IncompleteOutput(path: output, cause: error)
        }
    }

    private func convert(
        _ images: [any ImageSource], _ plans: [PyramidPlan], into store: DirectoryStore, omeXML: String?
    ) throws {
        let isCollection = bioformats2raw || images.count > 1
        let collection = SeriesCollection(in: store, version: options.omeVersion)
        var display = ConversionDisplay(
            total: plans.reduce(0) {
                $0.saturatingAdding($1.levels[0].shape.saturatingProduct(times: $1.image.type.size))
            }, json: json, quiet: quiet)
        var written: [ImageDescription] = []
        for (number, plan) in plans.enumerated() {
            let key = isCollection ? try collection.key(ofSeries: number) : .root
            let conversion = Conversion(images[number], plan, into: store, at: key, generator: Self.generator)
            let progress = ConversionProgress()
            let result = try Background.run({ try conversion.run(progress: progress) }) {
                if Interruption.isRequested { progress.cancel() }
                display.update(progress)
            }
            display.finished(result)
            written.append(result.image)
        }
        if isCollection {
            let keepsXML = series == nil
            let warnings = try collection.finish(
                written, omeXML: keepsXML ? omeXML : nil, generator: Self.generator)
            warn(warnings)
        }
        display.done(output)
    }

    private func warn(_ warnings: [String]) {
        if quiet { return }
        for warning in warnings { Output.note("ome-zarr: warning: \(warning)") }
    }

    private func report(_ plan: PyramidPlan, _ number: Int, of count: Int) {
        guard dryRun || json else { return }
        let name = plan.image.name ?? (count == 1 ? output : "image \(number)")
        let report = PlanReport(plan: plan, title: name)
        if json {
            JSONLines.print("plan", report.json)
        } else {
            if number > 0 { Output.line() }
            report.printTable()
        }
    }
}
