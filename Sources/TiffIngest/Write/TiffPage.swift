/// One page as its directory describes it: its format, its texts, and where its blocks lie.
struct TiffPage {
    var format: TiffPageFormat
    /// Text for the tag ImageDescription.
    var description: String?
    /// Text for the tag Software.
    var software: String?
    /// How many smaller versions of the page hang below it; their directories follow that of the page.
    var levels = 0
    /// True for such a smaller version.
    var isLevel = false
    /// Where each block begins and how many bytes it has, left to right, top to bottom.
    var offsets = [Int]()
    var counts = [Int]()
}
