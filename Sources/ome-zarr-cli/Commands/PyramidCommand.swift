import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr pyramid`: an image or an array gets coarser levels.
struct PyramidCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "pyramid",
        abstract: "Adds coarser levels to an OME-Zarr image, or makes one of a plain array.",
        discussion: """
            With one path the levels are written beside those the image has, in the same chunks and codecs, and listed when \
            all are there; labels of the image get as many, and first. With two, an array of Zarr or N5, or level 0 of an image, becomes a new image with levels.

            Examples:
              ome-zarr pyramid cells.ome.zarr
              ome-zarr pyramid volume.zarr volume.ome.zarr --axes zyx --pixel-size 0.325um,0.325um,2um
              ome-zarr pyramid embryo.n5/setup0/s0 embryo.ome.zarr
            """)

    @Argument(help: "The image or array: a folder, or a part of one.", transform: PathArgument.nonempty)
    var input: String

    @Argument(
        help: "The folder or archive to write; nothing: add to the image itself.", transform: PathArgument.nonempty)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Names of an array's axes, a letter each, such as zyx or tczyx. By default what the array says, else the last of tczyx.",
            valueName: "names"))
    var axes: AxesArgument?

    @OptionGroup(title: "What a new image is") var changes: ChangeOptions

    @Option(help: "How levels are made: by default the mean, or the mode for labels.")
    var downsample: DownsampleMethod?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of levels, the full resolution included.", valueName: "count"))
    var levels: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Make levels until the longest halved side has at most so many pixels.", valueName: "pixels")
    )
    var minSize = 256

    @OptionGroup var effort: EffortOptions

    @Flag(help: "Replace the output if it is a Zarr, or arrays in the way that the image does not list.")
    var overwrite = false

    @Flag(help: "Print what would be written, and write nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object a line: the plan, the result.")
    var json = false

    @Flag(help: "Print nothing but errors and what --json or --dry-run ask for.")
    var quiet = false

    func validate() throws {
        guard levels ?? 1 >= 1, minSize >= 1 else {
            throw ValidationError("--levels and --min-size must be at least 1")
        }
    }

    func run() throws {
        guard let place = try StorePath(input) else {
            throw UsageError("\(input) is a file that is no Zarr: use 'ome-zarr convert'")
        }
        if let output { try write(place, to: output) } else { try extend(place) }
    }

    // MARK: In place

    private func extend(_ place: StorePath) throws {
        guard axes == nil, changes.changes.isEmpty else {
            throw UsageError(
                "what an image is can be said of a new one: name the output, too, or change this one with 'ome-zarr edit'"
            )
        }
        if try ImageKind.identify(place.store, place.key).kind == .array {
            throw UsageError("\(input) is an array, which has no place for levels: name the image to write, too")
        }
        let additions = try LevelAdditions(to: OMEZarrImage.open(place.store, place.key), titled: input, options)
        for addition in additions.all { report(addition.levels.plan, title: addition.title) }
        if dryRun { return }
        guard !additions.missing.isEmpty else { return say("\(input) has its levels already") }
        let manifest = try (place.store as? DirectoryStore).map(OutputManifest.init)
        let obstacles = try additions.missing.flatMap { try $0.levels.obstacles() }
        // What an interrupted attempt left is its own.
        if !overwrite, let first = try obstacles.first(where: { try manifest?.isChanging($0) != true }) {
            throw Refusal("there is something at \(first) that the image does not list: add --overwrite to replace it")
        }
        for addition in additions.missing {
            try manifest?.announce(addition.changed())
            try convert(addition.levels.plan) { progress in
                try addition.levels.run(replacing: true, progress: progress)
            }
            try manifest?.note(addition.changed())
        }
        say(
            additions.missing.map { "\($0.title): added \($0.levels.paths.joined(separator: ", "))" }.joined(
                separator: "\n"))
    }

    // MARK: To a new image

    private func write(_ place: StorePath, to output: String) throws {
        let (source, array) = try source(place)
        let target = ConversionOutput(path: output)
        let version: OMEZarrVersion = array.metadata.format == .v2 && !target.isArchive ? .v04 : .v05
        var options = options(for: source.description.type).keepingStorage(of: array.metadata, version)
        options.name = target.name
        let plan = try PyramidPlan(of: source, options)
        report(plan, title: output)
        let state = try target.check(input: input, overwrite: overwrite)
        if dryRun { return }
        let store = try target.begin(state)
        do {
            let conversion = Conversion(source, plan, into: store, generator: ConvertCommand.generator)
            try convert(plan) { progress in _ = try conversion.run(progress: progress) }
            try target.end(store, version)
        } catch {
            throw target.give(up: store, error)
        }
        say("\(output): \(plan.levels.count) levels")
    }

    private func source(_ place: StorePath) throws -> (any ImageSource, ZarrArray) {
        if try ImageKind.identify(place.store, place.key).kind == .array {
            let array = try ZarrArray.open(place.store, place.key)
            return (try changes.applied(to: ZarrArrayImage(array, axes: axes?.axes)), array)
        }
        guard axes == nil else { throw UsageError("--axes is for arrays: an image says what its axes are") }
        if let image = try N5Image(place.store, place.key) { return (try changes.applied(to: image), image.levels[0]) }
        let image = try OMEZarrImage.open(place.store, place.key)
        return (try changes.applied(to: image), image.levels[0])
    }

    // MARK: Both

    private func options(for type: PixelType) -> PyramidOptions {
        var options = PyramidOptions(
            compression: CodecArgument(.blosc(compressor: "zstd", level: 3)).specs(for: type),
            memory: effort.memoryBytes, threads: effort.threadCount)
        options.method = downsample
        options.levelCount = levels
        options.minSize = minSize
        return options
    }

    private func convert(
        _ plan: PyramidPlan, _ work: @escaping @Sendable (ConversionProgress) throws -> Void
    ) throws {
        Interruption.listen()
        try OpenFileLimit.raise()
        let progress = ConversionProgress()
        let total = plan.levels[0].shape.saturatingProduct(times: plan.image.type.size)
        var bar = ProgressBar("making levels", isQuiet: quiet || json)
        defer { bar.clear() }
        try Background.run({ try work(progress) }) {
            if Interruption.isRequested { progress.cancel() }
            bar.update(progress.pixelBytesDone, of: total)
        }
    }

    private func report(_ plan: PyramidPlan, title: String) {
        guard dryRun || json else { return }
        let report = PlanReport(plan: plan, title: title, estimate: nil, freeBytes: nil)
        if json { JSONLines.print("plan", report.json) } else { report.printTable() }
    }

    private func say(_ text: String) {
        if json {
            JSONLines.print("done", [("message", .string(text))])
        } else if !quiet {
            Output.note(text)
        }
    }
}
