import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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
            "How chunks are gathered into files: auto, none, a size of uncompressed pixels such as 256MB, or a shape. auto is 128 MiB of pixels in 0.5 and none in 0.4.",
            valueName: "auto|none|size|shape"))
    var shard = ShardArgument(.automatic)

    @Option(
        help: ArgumentHelp(
            "Compression: blosc:zstd:3, blosc:lz4:5, zstd:3 (levels -7 to 22), gzip:6, zlib:6 (0.4 only) or none.",
            valueName: "codec"))
    var codec = CodecArgument(.blosc(compressor: "zstd", level: 3))

    @Option(
        help: """
            How levels are made: by default the mean, or the mode for an OME-Zarr marked as labels; mode also marks an image \
            of one channel of integers as labels.
            """)
    var downsample: DownsampleMethod?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of levels, the full resolution included; fewer if nothing is left to halve.", valueName: "count"))
    var levels: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Make levels until the longest halved side has at most so many pixels.", valueName: "pixels")
    )
    var minSize = 256

    @Option(
        help: ArgumentHelp(
            "Memory the conversion may take besides some 20 MB for the program, such as 512MB. By default a quarter of the machine's, at most 2GiB.",
            valueName: "size"))
    var memory: ByteCount?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads that work at once. By default as many as there are processors.", valueName: "count")
    )
    var threads: Int?

    func validate() throws {
        try Self.require(levels.map { $0 >= 1 } ?? true, "--levels must be at least 1")
        try Self.require(minSize >= 1, "--min-size must be at least 1")
        try Self.require(threads.map { (1...1024).contains($0) } ?? true, "--threads must be from 1 to 1024")
        if case .zlib = codec.codec, omeVersion == .v05 {
            throw ValidationError("Zarr v3 has no zlib codec: use --codec gzip:6, or --ome-version 0.4")
        }
        if case .automatic = shard.sharding { return }
        try Self.require(
            omeVersion == .v05 || shard.sharding == .none,
            "OME-Zarr 0.4 has no shards: use --shard none, or --ome-version 0.5")
    }

    /// As many threads as there are processors.
    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The options of one image's pyramid.
    func pyramid(for type: PixelType) -> PyramidOptions {
        var options = PyramidOptions(
            compression: codec.specs(for: type), memory: memory?.bytes ?? MemoryPlan.defaultLimit,
            threads: threads ?? Self.processors)
        options.version = omeVersion
        options.chunkShape = chunk?.sizes
        options.sharding = shard.sharding
        options.method = downsample
        options.levelCount = levels
        options.minSize = minSize
        return options
    }

    private static func require(_ condition: Bool, _ message: String) throws {
        if !condition { throw ValidationError(message) }
    }
}
