/// How much a file may make the reader take. What a file claims is checked against these before memory is taken.
public struct TiffLimits: Sendable, Hashable {
    /// Bytes of one decoded tile or strip of a compressed image.
    ///
    /// 1 GiB: the largest blocks seen are whole-slide images stored as one strip. Uncompressed blocks of any size are
    /// read row by row and need no limit.
    public var blockBytes = 1 << 30
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

    /// The limits used where a caller gives none.
    public static let standard = TiffLimits()
}
