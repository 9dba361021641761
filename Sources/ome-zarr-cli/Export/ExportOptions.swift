import ArgumentParser
import Pyramid
import TiffIngest

/// What `export` asks of the file.
struct ExportOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Side of the tiles, a multiple of 16; smaller pages have smaller ones.", valueName: "pixels")
    )
    var tile = 512

    @Option(
        help: ArgumentHelp(
            "How tiles are packed: deflate (levels 1 to 12), zstd (-7 to 22), lzw, none, or jpeg for 8-bit grey and RGB, with losses.",
            valueName: "deflate:6|zstd:3|lzw|jpeg|none"))
    var compression = TiffCompressionArgument.standard

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Quality of JPEG, 1 to 100; 90 if not given.", valueName: "number"))
    var quality: Int?

    @Flag(inversion: .prefixedNo, help: "Write levels as SubIFDs: those of the image, and those that are missing.")
    var pyramid = true

    @Option(
        help: ArgumentHelp(
            "What the values are, where levels are made. auto looks at names and at some pixels; labels are reduced by their mode, all else by the mean.",
            valueName: "auto|intensities|labels"))
    var kind = ContentArgument.auto

    @Flag(
        inversion: .prefixedNo,
        help: """
            Keep the OME-XML the image came with, to the letter but for where the pixels lie. Without, it is written anew \
            from what the OME-Zarr says, which may have been edited since.
            """)
    var sourceXML = true

    @OptionGroup var effort: EffortOptions

    func validate() throws {
        guard tile % 16 == 0, (16...16_384).contains(tile) else {
            throw ValidationError("--tile \(tile) is not a multiple of 16 from 16 to 16384")
        }
        guard let quality else { return }
        guard (1...100).contains(quality) else { throw ValidationError("--quality must be from 1 to 100") }
        guard case .jpeg = compression.compression else {
            throw ValidationError("--quality is for JPEG: add --compression jpeg")
        }
    }

    /// The options of the file.
    var tiff: OMETiffOptions {
        var options = OMETiffOptions()
        options.tileSide = tile
        options.compression = compression.compression
        if let quality { options.compression = .jpeg(quality: quality) }
        options.hasPyramid = pyramid
        options.threads = effort.threadCount
        options.memory = effort.memoryBytes
        options.software = "ome-zarr \(OMEZarrCommand.version)"
        return options
    }
}
