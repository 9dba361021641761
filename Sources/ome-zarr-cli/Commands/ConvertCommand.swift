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
              ome-zarr convert mask.tif mask.ome.zarr --kind labels
              ome-zarr convert stack.tif stack.ome.zarr --factors 1,2,2 --factors 2,2,2
              ome-zarr convert slide.tif slide.ome.zarr --resume
              ome-zarr convert slide.tif slide.ome.zarr --dry-run --save-plan plan.json
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
    @OptionGroup var continuation: ContinuationOptions
    @OptionGroup var keep: KeepOptions

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

    /// The last part of the input's path.
    private var fileName: String { input.split(separator: "/").last.map(String.init) ?? input }

    static let generator = Generator(name: "ome-zarr", version: OMEZarrCommand.version)

    func validate() throws {
        guard !continuation.resume || !overwrite else {
            throw ValidationError("--resume goes on with what is there and --overwrite starts anew: choose one")
        }
        guard continuation.savePlan == nil || dryRun else { throw ValidationError("--save-plan needs --dry-run") }
    }

    func run() throws {
        // Behind the name of the program and that of the command.
        let arguments = OutputArguments.normalized(CommandLine.arguments.dropFirst(2))
        guard let path = continuation.plan else {
            return try run(prepare(arguments, name: ConversionOutput(path: output).name))
        }
        guard arguments.isEmpty else {
            throw UsageError("--plan says how to convert: leave \(arguments[0]) out, or make another plan")
        }
        let plan = try PlanFile(path: path)
        let planned = try Self.remade(plan.arguments, from: input, to: output, like: self)
        let prepared = try planned.prepare(plan.arguments, name: plan.imageName)
        try plan.check(prepared, path: path)
        try planned.run(prepared)
    }

    /// The command with other options, as `arguments` have them, that says and risks the same as this one.
    static func remade(
        _ arguments: [String], from input: String, to output: String, like given: ConvertCommand? = nil
    ) throws -> ConvertCommand {
        guard var command = try? ConvertCommand.parse(arguments + ["--", input, output]) else {
            throw Refusal(
                "the options \(arguments.joined(separator: " ")) are none that this version of ome-zarr understands: "
                    + "use the version that wrote them")
        }
        guard let given else { return command }
        command.continuation = given.continuation
        command.options.effort = given.options.effort
        (command.overwrite, command.dryRun, command.json, command.quiet) =
            (given.overwrite, given.dryRun, given.json, given.quiet)
        return command
    }

    /// Plans the conversion of every image.
    ///
    /// - Parameters:
    ///   - arguments: the options that the output depends on, normalized.
    ///   - name: what images without a name are called.
    func prepare(_ arguments: [String], name: String?) throws -> PreparedConversion {
        var source = try ConversionInput.open(
            input, series: series, asSeries: bioformats2raw, plate: parts.plate, axes: keep.axes)
        source.rename(changes.name)
        var warnings = source.warnings
        let jobs = try ConversionJobs(
            options: options, keep: keep, selection: selection, changes: changes, masks: parts.labels,
            fileName: fileName,
            name: name
        ).plan(source) { warnings.append($0) }
        return try PreparedConversion(
            source, jobs, fileName: fileName, arguments: arguments, name: name, warnings: warnings)
    }

    /// Carries out what was planned, or says what it would be.
    func run(_ prepared: PreparedConversion) throws {
        let target = ConversionOutput(path: output), plans = prepared.plans
        try target.check(options.omeVersion)
        let forecast = ConversionForecast(prepared.images, plans, output: output, samples: dryRun)
        let warnings = prepared.warnings + prepared.doubts + forecast.warnings
        warn(warnings)
        for number in plans.indices { report(prepared, number, forecast) }
        if let path = continuation.savePlan { try PlanFile(prepared).write(to: path) }
        if dryRun { return try foretell(target) }
        let state = try target.check(input: input, wish)
        if case .finished(let identity) = state {
            try target.refuse(prepared.identity, unless: identity)
            return ConversionDisplay(total: 0, json: json, quiet: quiet).alreadyDone(output)
        }
        try write(prepared, to: target, state, warnings)
    }

    private var wish: ConversionOutput.Wish { continuation.resume ? .resume : overwrite ? .replace : .keep }

    /// Carries the conversion out.
    ///
    /// - Parameter warnings: what was said at the beginning.
    func write(
        _ prepared: PreparedConversion, to target: ConversionOutput, _ state: ConversionOutput.State,
        _ warnings: [String]
    ) throws {
        Interruption.listen()
        try OpenFileLimit.raise()
        let store = try target.open(state, prepared)
        var display = ConversionDisplay(total: prepared.pixelBytes, json: json, quiet: quiet)
        do {
            try target.clear(state, of: store)
            let more = try convert(prepared, into: store, &display)
            try prepared.checkInput()
            try target.finish(store, options.omeVersion, isDurable: continuation.durable)
            display.done(output, warnings + more)
        } catch {
            display.clear()
            throw target.abandon(store, error)
        }
    }

    /// Converts all images.
    ///
    /// - Parameter store: takes them, or compares them with what it holds.
    /// - Returns: what was not kept and why, which has been said already.
    func convert(
        _ prepared: PreparedConversion, into store: any WritableStore, _ display: inout ConversionDisplay
    ) throws -> [String] {
        // The OME-XML of the source describes images as they were.
        let documents = SourceDocuments(
            in: store, version: options.omeVersion, omeXML: prepared.source.omeXML,
            isUnchanged: changes.changes.isEmpty && selection.isEmpty, generator: Self.generator)
        let layout = prepared.source.layout
        var warnings = try layout.begin(prepared.jobs.filter(\.isImage).map(\.plan.image), documents)
        var written: [ImageDescription] = []
        for job in prepared.jobs {
            if !job.labels.isEmpty {
                try LabelGroup(ofImage: job.key, version: options.omeVersion).list(
                    job.labels, in: store, mending: true)
            }
            let conversion = Conversion(
                job.source, job.plan, into: store, at: job.key, generator: Self.generator,
                attributes: job.attributes)
            let progress = ConversionProgress()
            let result = try Background.run({ try conversion.run(progress: progress) }) {
                if Interruption.isRequested { progress.cancel() }
                display.update(progress)
            }
            display.finished(result)
            if job.isImage { written.append(result.image) }
        }
        warnings += try layout.finish(written, documents)
        warn(warnings)
        return warnings
    }

    /// Says what the output path has in store for a conversion that is only planned.
    private func foretell(_ target: ConversionOutput) throws {
        var state = "absent", message: String?
        do {
            switch try target.check(input: input, wish) {
            case .absent, .damaged: break
            case .empty: state = "empty"
            case .replaceable: (state, message) = ("replaced", "\(output) exists and would be replaced")
            case .unfinished: (state, message) = ("resumed", "\(output) is unfinished and would be gone on with")
            case .finished: (state, message) = ("finished", "\(output) is finished already")
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

    private func warn(_ warnings: [String]) {
        if quiet { return }
        for warning in warnings { Output.note("ome-zarr: warning: \(warning)") }
    }

    private func report(_ prepared: PreparedConversion, _ number: Int, _ forecast: ConversionForecast) {
        guard dryRun || json else { return }
        let jobs = prepared.jobs, job = jobs[number]
        let name = job.title ?? job.plan.image.name ?? (jobs.count == 1 ? output : "image \(number)")
        let report = PlanReport(
            plan: job.plan, title: name, estimate: forecast.estimates[number], freeBytes: forecast.freeBytes)
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
