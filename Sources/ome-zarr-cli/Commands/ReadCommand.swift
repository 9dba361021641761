import ArgumentParser
import OMEZarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `ome-zarr read`: takes pixels out of an image.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Reads a level, a region or a plane of an image, or an array of Zarr or N5, into a file.",
        discussion: """
            tif, npy and raw keep all pixels that no option excludes: an index removes its axis. png shows one plane as a \
            picture: the middle z, the first time point, the active channels in their colours and windows. \
            npy and raw take arrays of any type and number of axes; they are C order in the byte order of the machine. \
            The axes of N5 are reversed, so that x comes last.

            Examples:
              ome-zarr read cells.ome.zarr -o cells.png
              ome-zarr read cells.ome.zarr --level 1 --region 100,50,512,256 -o region.tif
              ome-zarr read cells.ome.zarr --c 0 -o dapi.npy
              ome-zarr read cells.ome.zarr --level 2 --c 0 -o - --format raw | sha256sum
              ome-zarr read cells.ome.zarr/1 --slice 0,100:200,: -o part.npy
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case tif, png, npy, raw

        /// The format a file's name asks for.
        init?(path: String) {
            guard let dot = path.lastIndex(of: ".") else { return nil }
            let ending = path[path.index(after: dot)...].lowercased()
            self.init(rawValue: ending == "tiff" ? "tif" : ending)
        }
    }

    @Argument(help: "An OME-Zarr, an array of Zarr or N5, or a TIFF file.", transform: PathArgument.nonempty)
    var image: String

    @Option(
        name: [.customShort("o"), .long], help: "The file to write; - is standard output.",
        transform: PathArgument.nonempty)
    var output: String

    @Option(help: "What to write; the ending of the output's name says it otherwise.")
    var format: Format?

    // A negative number reaches the check that knows the bounds, instead of being taken for an option.
    @Option(
        parsing: .unconditional,
        help: "The resolution; 0 is the finest. A PNG without it shows the finest of at most 4096 pixels a side.")
    var level: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("A box of a plane, in pixels of the level.", valueName: "x,y,w,h"))
    var region: RegionArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A part in the order of the axes, as NumPy has it but without steps: an index removes its axis, ... stands "
                + "for the axes not named.", valueName: "0:2,...,5"),
        transform: SliceArgument.init)
    var slice: SliceArgument?

    @Option(parsing: .unconditional, help: ArgumentHelp("One plane.", valueName: "index"))
    var z: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("One channel; a PNG can show several, as in 0,2.", valueName: "index"))
    var c: IndicesArgument?

    @Option(parsing: .unconditional, help: ArgumentHelp("One time point.", valueName: "index"))
    var t: Int?

    @Option(parsing: .unconditional, help: "Which image of a file that holds several.")
    var series = 0

    @Flag(help: "Replace the output if there is one.")
    var overwrite = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        guard let format = format ?? Format(path: output) else {
            throw UsageError("cannot tell the format of \(output): add --format tif, png, npy or raw")
        }
        guard output == "-" || overwrite || access(output, F_OK) != 0 else {
            throw Refusal("\(output) exists: add --overwrite to replace it, or choose another name")
        }
        guard output != "-" || !Output.isTerminal(1) else {
            throw UsageError("will not write \(format.rawValue) to a terminal: redirect it, or name a file with -o")
        }
        let input = try ImageInput.open(image)
        let selection = ReadSelection(
            level: level ?? 0, box: region?.box, z: z, t: t, channels: c?.indices, slice: slice)
        switch format {
        case .png: try writePicture(of: input.image(series: series), selection)
        case .tif:
            let image = try input.image(series: series)
            try export(ElementSource(image, level: selection.level), selection) {
                try PixelExport(image: image, level: selection.level, elements: $0).writeTIFF(to: output)
            }
        case .npy, .raw:
            try export(input.elements(series: series, level: selection.level), selection) {
                try $0.write(to: output, asNumPy: format == .npy)
            }
        }
    }

    /// Runs `write` with the part to write, and shows how far it is.
    private func export(
        _ source: ElementSource, _ selection: ReadSelection, _ write: (ElementExport) throws -> Void
    ) throws {
        let part = try selection.part(of: source)
        Interruption.listen()
        var bar = ProgressBar("reading", isQuiet: quiet)
        defer { bar.clear() }
        try withoutActuallyEscaping({ (done: Int, total: Int) throws -> Void in
            try Interruption.check()
            bar.update(done, of: total)
        }) { try write(ElementExport(source: source, part: part, progress: $0)) }
    }

    private func writePicture(of source: any ImageSource, _ selection: ReadSelection) throws {
        var selection = selection
        if level == nil && region == nil { selection.level = Self.levelToShow(source.description) }
        let picture = try source.render(selection.plane(of: source))
        let png = try picture.png(PNGEncoder(level: 6))
        let output = try ReadOutput(self.output)
        try output.append(png)
        try output.finish()
    }

    private static func levelToShow(_ image: ImageDescription) -> Int {
        let fits = image.levels.firstIndex { $0.shape.suffix(2).allSatisfy { $0 <= 4096 } }
        return fits ?? image.levels.count - 1
    }
}

/// `x,y,w,h` on the command line.
struct RegionArgument: ExpressibleByArgument {
    let box: ReadSelection.Box

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard parts.count == 4, argument.filter({ $0 == "," }).count == 3 else { return nil }
        box = .init(x: parts[0], y: parts[1], width: parts[2], height: parts[3])
    }
}

/// `0` or `0,2` on the command line.
struct IndicesArgument: ExpressibleByArgument {
    let indices: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        indices = parts.compactMap { $0 }
        guard !indices.isEmpty, indices.count == parts.count else { return nil }
    }
}
