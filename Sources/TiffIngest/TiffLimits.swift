/// How much a file may make the reader take. What a file claims is checked against these before memory is taken.
public struct TiffLimits: Sendable, Hashable {
    /// Bytes of one decoded tile or strip of a compressed image that must be decoded whole (WebP, LERC,
    /// progressive JPEG), and of one row of any other.
    ///
    /// 1 GiB: the largest blocks seen are whole-slide images stored as one strip. Uncompressed blocks of any size are
    /// read row by row and need no limit.
    public var blockBytes = 1 << 30
    /// Bytes of a decoded tile or strip beyond which it is not held whole, but decoded in sequence, a band of rows at a
    /// time: deflate, Zstandard, LZW, LZMA, PackBits and JPEG of any size.
    ///
    /// 64 MiB: below, several workers decode whole blocks faster; beyond, holding several would be most of the memory
    /// a conversion may take.
    public var streamedBytes = 64 << 20
    /// Bytes of one tag's value: offset arrays, XML, colour tables.
    public var fieldBytes = 256 << 20
    /// Directories of one file, those of SubIFDs included.
    public var directories = 1 << 24
    /// Entries of one directory; a classic TIFF cannot have more.
    public var directoryEntries = 65_535
    /// Planes of one series: times, channels and depths multiplied.
    ///
    /// A series takes 50 bytes a plane, also for planes that are missing: 200 MB at the limit.
    public var planes = 1 << 22
    /// Channels of one series, samples of colour pixels included.
    ///
    /// Each is described by itself, wherever the image is shown or written. The most there are in practice are some
    /// thousand bands of a spectrometer; the limit is what SamplesPerPixel can count in a classic TIFF.
    public var channels = 65_536
    /// Files of one series.
    public var files = 1 << 16

    /// The default limits.
    public init() {}

    /// Why a block is refused and what would work: the end of a sentence about its size.
    func largestBlock(_ layout: PageLayout) -> String {
        let most = "more than the \(blockBytes >> 20) MiB "
        return layout.compression.isSequential
            ? most + "a row of a compressed block may take; save the image again with tiles"
            : most
                + "a block of \(layout.compression.name) may take, which must be decoded whole; save the image again "
                + "with smaller tiles, or with deflate, Zstandard, LZW or LZMA, which may have blocks of any size"
    }

    /// The limits used where a caller gives none.
    public static let standard = TiffLimits()
}
