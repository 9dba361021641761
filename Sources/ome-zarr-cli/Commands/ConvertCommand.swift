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
            bioformats2raw, unless --series picks one. An output that ends in .ozx becomes one file, a zipped OME-Zarr.

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
            """)

    @Argument(help: "The image: a TIFF, or an OME-Zarr to write anew.", transform: PathArgument.nonempty)
    var input: String

    @Argument(
        help: "The folder or archive to write, such as cells.ome.zarr or cells.ozx.", transform: PathArgument.nonempty)
    var output: String

    @OptionGroup var options: ConvertOptions
    @OptionGroup var continuation: ContinuationOptions

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
        command.options.memory = given.options.memory
        command.options.threads = given.options.threads
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
        let source = try ImageInput.open(input)
        let images = try source.images(series: series)
        let plans = try images.enumerated().map { number, image in
            var options = options.pyramid(of: image, fileName: fileName)
            // What the source has no name for is called after where it goes.
            options.name = name.map { images.count == 1 ? $0 : "\($0) \(number)" }
            return try PyramidPlan(of: image, options)
        }
        return try PreparedConversion(source, images, plans, arguments: arguments, name: name)
    }

    private func run(_ prepared: PreparedConversion) throws {
        let target = ConversionOutput(path: output), plans = prepared.plans
        try target.check(options.omeVersion)
        let forecast = ConversionForecast(prepared.images, plans, output: output, samples: dryRun)
        let warnings = prepared.source.warnings(of: prepared.images) + plans.flatMap(\.doubts) + forecast.warnings
        warn(warnings)
        for (number, plan) in plans.enumerated() { report(plan, number, of: plans.count, forecast) }
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
        OpenFileLimit.raise()
        let store = try target.open(state, prepared)
        var display = ConversionDisplay(total: prepared.pixelBytes, json: json, quiet: quiet)
        do {
            try target.clear(state, of: store)
            let more = try convert(prepared, into: store, &display)
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
        let isCollection = bioformats2raw || prepared.images.count > 1
        let collection = SeriesCollection(in: store, version: options.omeVersion)
        var warnings: [String] = []
        if !isCollection {
            let documents = SourceDocuments(in: store, version: options.omeVersion)
            warnings += try documents.write(
                prepared.plans.map(\.image), omeXML: prepared.source.omeXML, generator: Self.generator)
        }
        var written: [ImageDescription] = []
        for (number, plan) in prepared.plans.enumerated() {
            let key = isCollection ? try collection.key(ofSeries: number) : .root
            let conversion = Conversion(prepared.images[number], plan, into: store, at: key, generator: Self.generator)
            let progress = ConversionProgress()
            let result = try Background.run({ try conversion.run(progress: progress) }) {
                if Interruption.isRequested { progress.cancel() }
                display.update(progress)
            }
            display.finished(result)
            written.append(result.image)
        }
        if isCollection {
            warnings += try collection.finish(
                written, omeXML: prepared.source.omeXML, generator: Self.generator)
        }
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

    private func report(_ plan: PyramidPlan, _ number: Int, of count: Int, _ forecast: ConversionForecast) {
        guard dryRun || json else { return }
        let name = plan.image.name ?? (count == 1 ? output : "image \(number)")
        let report = PlanReport(
            plan: plan, title: name, estimate: forecast.estimates[number], freeBytes: forecast.freeBytes)
        if json {
            JSONLines.print("plan", report.json)
        } else {
            if number > 0 { Output.line() }
            report.printTable()
        }
    }
}
