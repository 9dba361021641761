import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// What `copy` asks of the copy; what is not given stays as it is.
struct CopyArguments: ParsableArguments {
    @Option(help: "The version of OME-Zarr to write: 0.5 is Zarr v3, 0.4 is Zarr v2.")
    var omeVersion: OMEZarrVersion?

    @Option(
        help: ArgumentHelp("Pixels of a chunk along the last axes, such as 512,512 or 64,128,128.", valueName: "shape"))
    var chunk: ShapeArgument?

    @Option(
        help: ArgumentHelp(
            "How chunks are gathered into files: auto, none, a size of uncompressed pixels such as 256MB, or a shape.",
            valueName: "auto|none|size|shape"))
    var shard: ShardArgument?

    @Option(
        help: ArgumentHelp(
            "Compression: blosc:zstd:3, blosc:lz4:5, zstd:3 (levels -7 to 22), gzip:6, zlib:6 (0.4 only) or none.",
            valueName: "codec"))
    var codec: CodecArgument?

    @OptionGroup var effort: EffortOptions

    func validate() throws {
        if case .zlib = codec?.codec, omeVersion != .v04 {
            throw ValidationError("Zarr v3 has no zlib codec: use --codec gzip:6, or add --ome-version 0.4")
        }
        guard omeVersion == .v04, let shard else { return }
        switch shard.sharding {
        case .automatic, .none: break
        case .bytes, .shape:
            throw ValidationError("OME-Zarr 0.4 has no shards: use --shard none, or --ome-version 0.5")
        }
    }

    /// The options that the bytes of the copy depend on, as they are written on a command line.
    var options: [String] {
        let given: [(String, String?)] = [
            ("--ome-version", omeVersion?.rawValue), ("--chunk", chunk?.argument), ("--shard", shard?.argument),
            ("--codec", codec?.argument),
        ]
        return given.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }

    /// The options of the copy.
    var copy: CopyOptions {
        let standard = CodecArgument(.blosc(compressor: "zstd", level: 3))
        var options = CopyOptions(
            standardCompression: { standard.specs(for: $0) }, memory: effort.memoryBytes,
            threads: effort.threadCount)
        options.version = omeVersion
        options.chunkShape = chunk?.sizes
        options.sharding = shard?.sharding
        if let codec { options.compression = { codec.specs(for: $0) } }
        return options
    }
}
