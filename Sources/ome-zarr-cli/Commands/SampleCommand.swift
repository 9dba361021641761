import ArgumentParser
import TiffIngest

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `ome-zarr sample`: draws a picture to try things on.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Draws a realistic OME-TIFF to try things on.",
        discussion: """
            The same options give the same file on every machine. Any size works: tiles are drawn one by one.

            Examples:
              ome-zarr sample --out cells.ome.tif
              ome-zarr sample --kind labels --out nuclei.ome.tif
              ome-zarr sample --kind brightfield --size 4096x6144 --out tissue.ome.tif
              ome-zarr sample --kind lightsheet --size 64x512x512 --out organoid.ome.tif
              ome-zarr sample --size 8192 --channels 1 --out large.ome.tif
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case fluorescence, brightfield, lightsheet, labels }
    enum Compression: String, CaseIterable, ExpressibleByArgument { case none, deflate }

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"), transform: PathArgument.nonempty)
    var out: String

    @Option(
        help: "What to draw: cells in three dyes, stained tissue in RGB, a volume, or the mask of the cells' nuclei.")
    var kind = Kind.fluorescence

    @Option(help: ArgumentHelp("Pixels: one number for a square, YxX or ZxYxX.", valueName: "size"))
    var size: String?

    @Option(help: "What the random numbers start from. Labels fit the fluorescence image of the same seed and size.")
    var seed: UInt64 = 1

    @Option(help: "Channels: 1 to 3 (fluorescence), 1 or 2 (lightsheet).")
    var channels: Int?

    @Option(help: "Planes along z.")
    var planes: Int?

    @Option(help: "Points in time.")
    var timepoints = 1

    @Option(help: "Side of the file's tiles, a multiple of 16.")
    var tile = 256

    @Option(help: "How tiles are packed.")
    var compression = Compression.deflate

    @Flag(help: "Replace the file if there is one.")
    var overwrite = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        let scene = try makeScene()
        guard overwrite || access(out, F_OK) != 0 else {
            throw Refusal("\(out) exists: add --overwrite to replace it, or choose another name")
        }
        guard tile > 0, tile <= 16_384, tile % 16 == 0 else {
            throw UsageError("--tile \(tile) is not a multiple of 16 from 16 to 16384")
        }
        Interruption.listen()
        let file = SampleFile(
            scene: scene, tileSide: tile, compression: compression == .none ? .none : .deflate(level: 4),
            threads: max(1, min(64, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))),
            creator: "ome-zarr \(OMEZarrCommand.version)")
        var bar = ProgressBar("drawing", isQuiet: quiet)
        defer { bar.clear() }
        _ = try file.write(to: out) { done, total in
            try Interruption.check()
            bar.update(done, of: total)
        }
    }

    private func makeScene() throws -> any SampleScene {
        let defaults = kind == .lightsheet ? [48, 512, 512] : [1, 2048, 2048]
        let extents = try size.map(Self.extents) ?? []
        let planes = self.planes ?? (extents.count == 3 ? extents[0] : defaults[0])
        let height = extents.suffix(2).first ?? defaults[1], width = extents.last ?? defaults[2]
        let limit = kind == .fluorescence ? 3 : kind == .lightsheet ? 2 : 1
        let channels = self.channels ?? (kind == .brightfield ? 3 : kind == .fluorescence ? 3 : 1)
        try check("--planes", planes, 1...(kind == .brightfield ? 1 : 1_000_000))
        try check("--timepoints", timepoints, 1...(kind == .brightfield ? 1 : 1_000_000))
        if kind != .brightfield { try check("--channels", channels, 1...limit) }
        let size = SampleSize(
            seed: seed, timepoints: timepoints, channels: kind == .brightfield ? 3 : channels, planes: planes,
            height: height, width: width)
        return switch kind {
        case .fluorescence: FluorescenceScene(size: size)
        case .brightfield: BrightfieldScene(size: size)
        case .lightsheet: LightsheetScene(size: size)
        case .labels: LabelScene(size: size)
        }
    }

    private func check(_ option: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw UsageError(
                "\(option) \(value) does not suit a \(kind.rawValue) sample: choose "
                    + (range.count == 1 ? "1" : "\(range.lowerBound) to \(range.upperBound)"))
        }
    }

    /// `2048`, `1024x2048` or `64x512x512`, slowest axis first.
    private static func extents(_ text: String) throws -> [Int] {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let extents = parts.compactMap { $0 }
        // Beyond 2^20 the positions of cells would no longer be exact in single precision.
        guard extents.count == parts.count, 1...3 ~= parts.count, extents.allSatisfy({ 1...1_048_576 ~= $0 }) else {
            throw UsageError("--size \(text) is not a size: write 2048, 1024x2048 (YxX) or 64x512x512 (ZxYxX)")
        }
        return extents
    }
}
