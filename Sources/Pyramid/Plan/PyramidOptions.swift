public import OMEZarr
public import Zarr

/// What the caller asks of a pyramid; whatever is nil the plan decides.
public struct PyramidOptions: Sendable {
    /// How chunks are gathered into files.
    public enum Sharding: Sendable, Hashable {
        /// Shards of about 128 MB of pixels in 0.5; none in 0.4, which has none.
        case automatic
        /// One file for each chunk.
        case none
        /// Shards of at most so many bytes of uncompressed pixels: files are no larger than that, and smaller by as
        /// much as the pixels compress.
        case bytes(Int)
        /// Shards of this many elements on each axis; fewer numbers than axes mean the last ones.
        case shape([Int])
    }

    /// What the image is called where the source does not say.
    public var name: String?
    /// The version of OME-Zarr to write.
    public var version: OMEZarrVersion = .v05
    /// Elements of a chunk on each axis; fewer numbers than axes mean the last ones. Nil: the plan decides.
    public var chunkShape: [Int]?
    /// How chunks are gathered into files.
    public var sharding: Sharding = .automatic
    /// The codecs behind the `bytes` codec.
    public var compression: [CodecSpec]
    /// What the values are; nil: labels where the source says so, intensities everywhere else. ``ContentProbe`` looks.
    public var content: ImageContent?
    /// The colours of labels that have none; ``LabelCensus`` finds their values.
    public var labelColors: [LabelColor] = []
    /// How levels are made; nil: `mode` for labels, else `mean`.
    public var method: DownsampleMethod?
    /// For level 1, 2, … how many elements of the level before become one on the last axes, 1 to 16; the last entry
    /// repeats. Empty: the plan decides, from the distances of the voxels.
    public var factors: [[Int]] = []
    /// Number of levels, level 0 included; nil: until `minSize`.
    public var levelCount: Int?
    /// The steps of another pyramid, which the levels must follow: for each level how many elements of the level before
    /// become one on each axis, for level 0 all 1. Nil: the plan decides.
    public var steps: [[Int]]?
    /// Levels are made until the longest reduced side has at most so many elements.
    public var minSize = 256
    /// Bytes of memory the conversion may take.
    public var memory: Int
    /// Worker threads.
    public var threads: Int

    /// - Parameters:
    ///   - compression: codecs behind the `bytes` codec, in the order they encode.
    ///   - memory: bytes.
    ///   - threads: at least 1.
    public init(compression: [CodecSpec], memory: Int, threads: Int) {
        self.compression = compression
        self.memory = memory
        self.threads = threads
    }
}
