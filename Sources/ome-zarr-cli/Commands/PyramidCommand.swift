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
            all are there; labels of the image get as many, and first. With two, an array of Zarr or N5, or level 0 of an \
            image with its labels, becomes a new image with levels: a conversion that keeps chunks and codecs, and that can \
            be verified and repaired like any other.

            Examples:
              ome-zarr pyramid cells.ome.zarr
              ome-zarr pyramid volume.zarr volume.ome.zarr --axes zyx --pixel-size 0.325um,0.325um,2um
              ome-zarr pyramid volume.zarr volume.ome.zarr --axes xyz --factors 1,2,2 --factors 2,2,2
              ome-zarr pyramid embryo.n5/setup0/s0 embryo.ome.zarr
            """)

    @Argument(help: "The image or array: a folder, or a part of one.", transform: PathArgument.nonempty)
    var input: String

    @Argument(
        help: "The folder or archive to write; nothing: add to the image itself.", transform: PathArgument.nonempty)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Names of an array's axes, a letter each, in its order, such as zyx or xyz: a new image has them as tczyx. By default what the array says, else the last of tczyx.",
            valueName: "names"))
    var axes: AxesArgument?

    @OptionGroup(title: "What a new image is") var changes: ChangeOptions

    @Option(help: "How levels are made: by default the mean, or the mode for labels.")
    var downsample: DownsampleMethod?

    @Option(
        help: ArgumentHelp(
            "How many pixels along the last axes become one from level to level, such as 1,2,2: whole numbers from 1 to 16. Given several times they are those of level 1, level 2 and so on, and the last repeats.",
            valueName: "factors"))
    var factors: [FactorArgument] = []

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

    @Flag(help: "Go on with a new image that was interrupted. Starts where nothing is there yet.")
    var resume = false

    @Flag(help: "Replace the output if it is a Zarr, or arrays in the way that the image does not list.")
    var overwrite = false

    @Flag(help: "Print what would be written, and write nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object a line: the plan, the result.")
    var json = false

    @Flag(help: "Print nothing but errors and what --json or --dry-run ask for.")
    var quiet = false

    func validate() throws {
        guard !resume || !overwrite else {
            throw ValidationError("--resume goes on with what is there and --overwrite starts anew: choose one")
        }
        guard !resume || output != nil else {
            throw ValidationError("--resume is for a new image: levels that are added to an image are made again")
        }
        guard levels ?? 1 >= 1, minSize >= 1 else {
            throw ValidationError("--levels and --min-size must be at least 1")
        }
    }

    func run() throws {
        guard let place = try StorePath(input) else {
            throw UsageError("\(input) is a file that is no Zarr: use 'ome-zarr convert'")
        }
        try place.refuseUnfinished(input)
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
        let format = try ImageKind.identify(place.store, place.key).zarrFormat
        let isArchive = ConversionOutput(path: output).isArchive
        try KeepingConversion(
            CommandLine.arguments.dropFirst(2), keeping: [.chunk, .shard, .codec, .attributes],
            format == .v2 && !isArchive ? .v04 : .v05, from: input, to: output
        ) { command in
            command.options.effort = effort
            command.continuation.resume = resume
            (command.overwrite, command.dryRun, command.json, command.quiet) = (overwrite, dryRun, json, quiet)
        }.run()
    }

    // MARK: Both

    private func options(for type: PixelType) -> PyramidOptions {
        var options = PyramidOptions(
            compression: CodecArgument(.blosc(compressor: "zstd", level: 3)).specs(for: type),
            memory: effort.memoryBytes, threads: effort.threadCount)
        options.method = downsample
        options.factors = factors.map(\.factors)
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
