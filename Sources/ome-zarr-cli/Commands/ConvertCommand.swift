import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr convert`: an image becomes an OME-Zarr with a pyramid.
struct ConvertCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Converts an image to OME-Zarr with a multiscale pyramid.",
        discussion: """
            A file with one image becomes an OME-Zarr image. A file with several becomes a collection in the layout of \
            bioformats2raw, unless --series picks one; an OME-TIFF of a plate, or a folder of files with --plate, becomes \
            a plate. Labels an OME-Zarr has are converted with it. An output that ends in .ozx becomes one file, a zipped OME-Zarr.

            Examples:
              ome-zarr convert cells.ome.tif cells.ome.zarr
              ome-zarr convert cells.ome.tif cells.ome.zarr --dry-run
              ome-zarr convert cells.ome.tif old.ome.zarr --ome-version 0.4
              ome-zarr convert cells.ome.tif cells.ozx
              ome-zarr convert slide.tif slide.ome.zarr --shard 256MB --memory 1GB
              ome-zarr convert mask.tif mask.ome.zarr --downsample mode
              ome-zarr convert cells.tif cells.ome.zarr --labels cells_mask.tif:cells --pixel-size 0.325um
              ome-zarr convert cells.tif part.ome.zarr --region 512,512,1024,1024 --c DAPI --z 10:20
              ome-zarr convert plate1/ plate1.ome.zarr --plate '{well}_s{field}_w{channel}.tif'
            """)

    @Argument(
        help: "The image: a TIFF, or an OME-Zarr to write anew; with --plate a folder of TIFF files.",
        transform: PathArgument.nonempty)
    var input: String

    @Argument(
        help: "The folder or archive to write, such as cells.ome.zarr or cells.ozx.", transform: PathArgument.nonempty)
    var output: String

    @OptionGroup var options: ConvertOptions

    @OptionGroup(title: "The part to take") var selection: SelectionOptions

    @OptionGroup(title: "What the image is") var changes: ChangeOptions

    @OptionGroup(title: "What belongs to it") var parts: PartOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Convert only this image of the file, counted from 0.", valueName: "number"))
    var series: Int?

    @Flag(help: "Write the layout of bioformats2raw, with OME-XML, for one image too.")
    var bioformats2raw = false

    @Flag(help: "Replace the output if it is an OME-Zarr.")
    var overwrite = false

    @Flag(help: "Print what would be written, and write nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object a line: the plan, the progress, the result.")
    var json = false

    @Flag(help: "Print nothing but errors and what --json or --dry-run ask for.")
    var quiet = false

    static let generator = Generator(name: "ome-zarr", version: OMEZarrCommand.version)

    func run() throws {
        var source = try ConversionInput.open(input, series: series, asSeries: bioformats2raw, plate: parts.plate)
        source.rename(changes.name)
        let target = ConversionOutput(path: output)
        try target.check(options.omeVersion)
        warn(source.warnings)
        let jobs = try ConversionJobs(
            options: options, selection: selection, changes: changes, masks: parts.labels, name: target.name
        ).plan(source) { warn([$0]) }
        warn(jobs.map(\.plan).compactMap(doubt))
        for number in jobs.indices { report(jobs, number) }
        if dryRun { return try foretell(target) }

        let state = try target.check(input: input, overwrite: overwrite)
        Interruption.listen()
        OpenFileLimit.raise()
        let store = try target.open(state)
        var display = ConversionDisplay(
            total: jobs.reduce(0) {
                $0.saturatingAdding($1.plan.levels[0].shape.saturatingProduct(times: $1.plan.image.type.size))
            }, json: json, quiet: quiet)
        do {
            try target.clear(state, of: store)
            try convert(jobs, of: source, into: store, &display)
            try target.finish(store, options.omeVersion)
        } catch {
            display.clear()
            throw target.abandon(store, error)
        }
        display.done(output)
    }

    private func convert(
        _ jobs: [ConversionJob], of source: ConversionInput, into store: any WritableStore,
        _ display: inout ConversionDisplay
    ) throws {
        var written: [ImageDescription] = []
        for job in jobs {
            if !job.labels.isEmpty {
                try LabelGroup(ofImage: job.key, version: options.omeVersion).list(job.labels, in: store)
            }
            let conversion = Conversion(job.source, job.plan, into: store, at: job.key, generator: Self.generator)
            let progress = ConversionProgress()
            let result = try Background.run({ try conversion.run(progress: progress) }) {
                if Interruption.isRequested { progress.cancel() }
                display.update(progress)
            }
            display.finished(result)
            if job.isImage { written.append(result.image) }
        }
        // The OME-XML of the source describes whole images, as they were.
        let keepsXML = selection.isEmpty && changes.changes.isEmpty
        warn(
            try source.layout.finish(
                written, omeXML: keepsXML ? source.omeXML : nil, in: store, version: options.omeVersion,
                generator: Self.generator))
    }

    /// Says what the output path has in store for a conversion that is only planned.
    private func foretell(_ target: ConversionOutput) throws {
        var state = "absent", message: String?
        do {
            switch try target.check(input: input, overwrite: overwrite) {
            case .absent: break
            case .empty: state = "empty"
            case .replaceable: (state, message) = ("replaced", "\(output) exists and would be replaced")
            }
        } catch let refusal as Refusal {
            (state, message) = ("refused", refusal.description)
        }
        if json {
            JSONLines.print(
                "output",
                [("path", .string(output)), ("state", .string(state)), ("message", message.map(JSONValue.string))])
        } else if let message {
            Output.line("  - \(message)")
        }
    }

    /// A segmentation that nothing marks as one would be averaged into objects that do not exist.
    private func doubt(_ plan: PyramidPlan) -> String? {
        let isLikelyLabels = plan.image.type.isInteger && plan.image.type.size >= 4 && plan.image.channelCount == 1
        guard options.downsample == nil, isLikelyLabels, plan.method == .mean else { return nil }
        return
            "the image holds \(plan.image.type.rawValue) and is averaged; if its values name objects, add --downsample mode"
    }

    private func warn(_ warnings: [String]) {
        if quiet { return }
        for warning in warnings { Output.note("ome-zarr: warning: \(warning)") }
    }

    private func report(_ jobs: [ConversionJob], _ number: Int) {
        guard dryRun || json else { return }
        let job = jobs[number]
        let name = job.title ?? job.plan.image.name ?? (jobs.count == 1 ? output : "image \(number)")
        let report = PlanReport(plan: job.plan, title: name)
        if json {
            JSONLines.print("plan", [("key", .string(job.key.path))] + report.json)
        } else if number > 0, job.title != nil, job.isPlanned(like: jobs[number - 1]) {
            // The fields of a plate are told in a line each.
            Output.line("\(name), planned alike")
        } else {
            if number > 0 { Output.line() }
            report.printTable()
        }
    }
}
