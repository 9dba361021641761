/// Planes that follow the first one without directories of their own: how ImageJ stores what is beyond 4 GiB, and
/// tifffile what it can.
enum BarePlanes {
    /// The planes behind a page, in file order; nil where the pages are to be used.
    ///
    /// They are there where the page is stored as it is and without gaps, the file is long enough for all of them, and
    /// the next directory, if there is one, lies behind them. All in 64 bits: the file may be classic TIFF with one
    /// directory and still have terabytes.
    static func find(
        _ count: Int, _ layout: PageLayout, page: Int, _ catalogue: FileCatalogue, _ reader: DirectoryReader
    ) throws -> [PlaneLocation]? {
        guard count > 1, layout.compression == .none, layout.unsupported == nil else { return nil }
        let pages = catalogue.indexes[0].pages
        let first = try Page(reader, at: pages[page].offset)
        guard first.isContiguous, let start = first.offsets.first else { return nil }
        let plane = layout.height * layout.width * layout.samples * (layout.bits / 8)
        let (bytes, overflow) = plane.multipliedReportingOverflow(by: count)
        guard !overflow, bytes <= reader.file.size - start else { return nil }
        if page + 1 < pages.count && pages[page + 1].offset < start + bytes { return nil }
        // Files of as many pages as planes have them at hand, and their own offsets are the better witness.
        if pages.count - page >= count { return nil }
        return (0..<count).map { .bare(file: 0, offset: start + $0 * plane) }
    }
}
