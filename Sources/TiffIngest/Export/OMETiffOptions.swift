/// How an OME-TIFF is to be written.
public struct OMETiffOptions: Sendable, Hashable {
    /// Pixels of a tile, across and down: a multiple of 16. Pages that are smaller have smaller tiles.
    public var tileSide = 512
    /// How tiles are packed.
    public var compression = TiffPageFormat.Compression.deflate(level: 6)
    /// Whether the image's levels are written, too, as SubIFDs of each page.
    public var hasPyramid = true
    /// Threads that work at once.
    public var threads = 1
    /// Bytes the export may take besides the program.
    public var memory = 1 << 30
    /// The program that writes, with its version: for the tag Software, and as `Creator` of OME-XML that is written anew.
    public var software: String?

    /// The usual options.
    public init() {}
}
