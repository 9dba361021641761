import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

extension OMEZarrVersion: ExpressibleByArgument {}
extension DownsampleMethod: ExpressibleByArgument {}

/// What `convert` asks of the pyramid.
struct ConvertOptions: ParsableArguments {
    @Option(help: "The version of OME-Zarr to write: 0.5 is Zarr v3, 0.4 is Zarr v2.")
    var omeVersion = OMEZarrVersion.v05

    @Option(
        help: ArgumentHelp(
            "Pixels of a chunk along the last axes, such as 512,512 or 64,128,128.",
            discussion: "Chosen from the image if not given.", valueName: "shape"))
    var chunk: ShapeArgument?

    @Option(
        help: ArgumentHelp(
            "How chunks are gathered into files: auto, none, the largest size of a file before compression such as 256MB, or a shape. auto is 128 MiB in 0.5 and none in 0.4.",
            valueName: "auto|none|size|shape"))
    var shard = ShardArgument(.automatic)

    @Option(
        help: ArgumentHelp(
            "Compression: blosc:zstd:3, blosc:lz4:5, zstd:3 (levels -7 to 22), gzip:6, zlib:6 (0.4 only) or none.",
            valueName: "codec"))
    var codec = CodecArgument(.blosc(compressor: "zstd", level: 3))

    @Option(
        help: """
            How a block of pixels becomes one of the next level. By default the mean, or the mode for labels; of an even \
            number median takes the lower of the two in the middle, of equally frequent values mode takes the smallest but \
            zero; nearest takes the first. mode says that integers of one channel are labels, unless --kind says otherwise.
            """)
    var downsample: DownsampleMethod?

    @Option(
        help: ArgumentHelp(
            "What the values are. auto looks at names and at some pixels, unless --downsample is given, of which mode says labels; labels are reduced by their mode and marked as labels.",
            valueName: "auto|intensities|labels"))
    var kind = ContentArgument.auto

    @Option(
        help: ArgumentHelp(
            "How many pixels along the last axes become one from level to level, such as 1,2,2: whole numbers from 1 to 16.",
            discussion: """
                Chosen from the distances of the voxels if not given. Given several times they are those of level 1, level \
                2 and so on, and the last repeats. Time and channels are never reduced.
                """, valueName: "factors"))
    var factors: [FactorArgument] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of levels, the full resolution included; fewer if nothing is left to reduce.", valueName: "count"))
    var levels: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Make levels until the longest reduced side has at most so many pixels.", valueName: "pixels")
    )
    var minSize = 256

    @OptionGroup var effort: EffortOptions

    func validate() throws {
        try Self.require(levels.map { $0 >= 1 } ?? true, "--levels must be at least 1")
        try Self.require(minSize >= 1, "--min-size must be at least 1")
        if case .zlib = codec.codec, omeVersion == .v05 {
            throw ValidationError("Zarr v3 has no zlib codec: use --codec gzip:6, or --ome-version 0.4")
        }
        if case .automatic = shard.sharding { return }
        try Self.require(
            omeVersion == .v05 || shard.sharding == .none,
            "OME-Zarr 0.4 has no shards: use --shard none, or --ome-version 0.5")
    }

    /// The options of one image's pyramid, after a look at what it holds.
    ///
    /// - Parameter fileName: what the input is called.
    func pyramid(of source: any ImageSource, fileName: String) -> PyramidOptions {
        var options = pyramid(for: source.description.type)
        // Whoever says how levels are made is not asked what the values are.
        if downsample == nil || kind != .auto { options.content = kind.content(of: source, fileName: fileName) }
        return options
    }

    /// The options of the pyramid of an image of a type.
    func pyramid(for type: PixelType) -> PyramidOptions {
        var options = PyramidOptions(
            compression: codec.specs(for: type), memory: effort.memoryBytes,
            threads: effort.threadCount)
        options.version = omeVersion
        options.chunkShape = chunk?.sizes
        options.sharding = shard.sharding
        options.method = downsample
        options.factors = factors.map(\.factors)
        options.levelCount = levels
        options.minSize = minSize
        return options
    }

    private static func require(_ condition: Bool, _ message: String) throws {
        if !condition { throw ValidationError(message) }
    }
}
