public import OMEZarr

/// One image of a TIFF file, or of several files that belong together.
///
/// Axes are those of t, c, z, y, x that the image has, in this order; y and x always. Samples of a pixel (RGB) are
/// elements of the channel axis; where pages are channels too, each page contributes its samples one after the other.
public struct TiffImage: ImageSource {
    /// Axes, levels, pixel type and channels.
    public let description: ImageDescription
    /// How the pixels of level 0 are stored, for people: compression and blocks.
    public let storage: TiffStorage

    /// Extents of the axes planes are counted along, 1 where the description has no such axis.
    let times, pageChannels, depths: Int
    let levels: [PlaneStack]
    let files: FileSet
    let limits: TiffLimits
    let cache = PageCache()
    let origin: Provenance

    init(_ series: SeriesDraft, files: FileSet, limits: TiffLimits, flavour: String, hasOMEXML: Bool) throws {
        origin = Provenance(flavour: flavour, hasOMEXML: hasOMEXML, planes: series.planeRecord)
        description = try series.description(limits)
        storage = TiffStorage(series.levels[0].layout)
        times = series.times
        pageChannels = series.pageChannels
        depths = series.depths
        levels = series.levels
        self.files = files
        self.limits = limits
        try checkBlocks()
    }

    /// The largest block worth reading at once where blocks need not be read whole.
    private static let bandBytes = 1 << 20

    /// A tile, or the rows of a strip: one plane of it, with all its samples where they are interleaved.
    ///
    /// Uncompressed strips are cut or joined to blocks of about 1 MiB, since any row of them can be read alone. So are
    /// blocks that are decoded in sequence.
    public func naturalReadShape(level: Int) -> [Int] {
        let layout = levels[level].layout
        var rows = min(layout.blockHeight, layout.height)
        if layout.isStreamed(limits) {
            rows = Self.bandRows(layout, most: rows)
        } else if layout.compression == .none && !layout.isTiled {
            rows = Self.bandRows(layout, most: layout.height)
        }
        return description.axes.map {
            switch $0.name {
            case "c": layout.samplesPerBlock
            case "y": rows
            case "x": min(layout.blockWidth, layout.width)
            default: 1
            }
        }
    }

    /// True of RGB in most files.
    public var isInterleaved: Bool { levels.allSatisfy { $0.layout.samplesPerBlock > 1 } }

    /// A digest of the files: sizes, times of change, and of the first of them the beginning and the end, where the
    /// directories lie.
    public var identity: String { get throws { try files.identity() } }

    /// Looks at sizes and times of the files.
    public func checkUnchanged() throws { try files.checkUnchanged() }

    /// Rows of a band: a power of two where they are not all there are, because bricks hold whole ones, and chunks have
    /// sides that powers of two divide. Rows that do not would make bricks four times as tall.
    private static func bandRows(_ layout: PageLayout, most: Int) -> Int {
        let band = max(1, bandBytes / max(1, layout.blockRowBytes))
        return band >= most ? most : 1 << (Int.bitWidth - 1 - band.leadingZeroBitCount)
    }

    /// 1 where a page is a single block that is decoded in sequence: a second reader would decode the same rows again.
    public var maximumReaders: Int { levels[0].layout.isStreamed(limits) ? 1 : .max }

    /// A reader for one worker: it owns decoders and scratch memory.
    public func makeReader() throws -> any RegionReader { TiffReader(self) }
}
