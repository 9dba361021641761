public import OMEZarr
public import Zarr

/// What the caller asks of a copy; whatever is nil stays as it is.
public struct CopyOptions: Sendable {
    /// The version of OME-Zarr, and with it the Zarr format: 0.4 is v2, 0.5 is v3.
    public var version: OMEZarrVersion?
    /// Elements of a chunk along the last axes.
    public var chunkShape: [Int]?
    /// The box to take of an array that is the root; nil: all of it.
    public var part: Region?
    /// How chunks are gathered into files.
    public var sharding: PyramidOptions.Sharding?
    /// The codecs behind the `bytes` codec, for pixels of a type.
    public var compression: (@Sendable (PixelType) -> [CodecSpec])?
    /// The codecs of chunks whose own the target format has no common name for.
    public var standardCompression: @Sendable (PixelType) -> [CodecSpec]
    /// Bytes of memory the copy may take.
    public var memory: Int
    /// Worker threads.
    public var threads: Int

    /// - Parameters:
    ///   - standardCompression: where nothing is asked for and what there is cannot stay.
    ///   - memory: bytes.
    ///   - threads: at least 1.
    public init(
        standardCompression: @escaping @Sendable (PixelType) -> [CodecSpec], memory: Int, threads: Int
    ) {
        self.standardCompression = standardCompression
        self.memory = memory
        self.threads = threads
    }

    /// True where chunks may stay what they are.
    var keepsChunks: Bool { chunkShape == nil && sharding == nil && compression == nil && part == nil }
}
