import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes a little-endian TIFF or BigTIFF file page by page, block by block, in memory that does not grow with it.
///
/// The file is written under a temporary name beside its target and appears only when ``finish()`` succeeds.
/// A page's directory follows its blocks. Not for sharing between threads; pack blocks with ``TiffBlockEncoder``.
public final class TiffWriter {
    /// True where offsets take 8 bytes.
    public let isBigTIFF: Bool

    private let file: TemporaryFile
    private var output = [UInt8]()
    private var position = 0
    private let software: String?
    /// Where the offset of the next page's directory goes.
    private var linkPosition: Int
    /// Where the offset of the next level's directory goes, and how many levels of the last page are due.
    private var levelPosition = 0
    private var levelsDue = 0
    private var page: TiffPage?

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - path: where the finished file appears; an existing file is replaced.
    ///   - largestSize: a bound on the file's bytes, such as the sum of the pages'
    ///     ``TiffPageFormat/largestSize``; BigTIFF is written where classic TIFF could not hold that.
    ///   - software: text for the tag Software of every page.
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    public init(path: String, largestSize: Int, software: String? = nil) throws {
        isBigTIFF = Self.needsBigTIFF(largestSize)
        self.software = software
        file = try TemporaryFile(replacing: path)
        linkPosition = isBigTIFF ? 8 : 4
        output.reserveCapacity(Self.flushSize + (1 << 16))
        append(isBigTIFF ? [0x49, 0x49, 43, 0, 8, 0, 0, 0] : [0x49, 0x49, 42, 0])
        appendOffset(0)
    }

    /// Whether classic TIFF could not hold a file of at most so many bytes.
    package static func needsBigTIFF(_ largestSize: Int) -> Bool {
        // 4 GiB less what directories and descriptions may take: classic offsets must reach every byte.
        largestSize > 0xf000_0000
    }

    /// Starts a page. Its blocks follow through ``append(_:)``, left to right, top to bottom.
    ///
    /// - Parameters:
    ///   - description: text for the tag ImageDescription, such as OME-XML.
    ///   - levels: how many of the pages that follow are smaller versions of this one. They become its SubIFDs.
    public func beginPage(_ format: TiffPageFormat, description: String? = nil, levels: Int = 0) {
        precondition(page == nil, "the page before is not finished")
        page = TiffPage(format: format, description: description, levels: levels)
    }

    /// Adds the next block of the page as ``TiffBlockEncoder`` packed it.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    public func append(_ block: UnsafeRawBufferPointer) throws {
        let offset = try store(block)
        page?.offsets.append(offset)
        page?.counts.append(block.count)
    }

    /// Writes the directory of the page.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where blocks are missing, `.limitExceeded` where a classic file
    ///   outgrew 4 GiB, `.ioFailure` where the machine fails.
    public func endPage() throws {
        guard let page else { throw ZarrError(.invalidCall, "no TIFF page is open") }
        self.page = nil
        try add(page)
    }

    /// Writes a block that belongs to no page yet.
    ///
    /// - Returns: where it begins.
    func store(_ block: UnsafeRawBufferPointer) throws -> Int {
        // TIFF 6.0 asks for word boundaries only of values, but some readers map tiles of 16-bit pixels in place.
        if position % 2 != 0 { append([0]) }
        let offset = position
        if block.count >= Self.flushSize {
            try flush()
            try file.append(block)
            position += block.count
        } else {
            output.append(contentsOf: block)
            position += block.count
            if output.count >= Self.flushSize { try flush() }
        }
        return offset
    }

    /// Writes the directory of a page whose blocks are stored: the next page, or the next level of the last one.
    func add(_ page: TiffPage) throws {
        let expected = page.format.blocksAcross * page.format.blocksDown
        guard page.offsets.count == expected, page.counts.count == expected else {
            throw ZarrError(.invalidCall, "a TIFF page of \(expected) blocks was given \(page.offsets.count)")
        }
        guard levelsDue == 0 || page.levels == 0 else {
            throw ZarrError(.invalidCall, "a level of a TIFF page has no levels of its own")
        }
        if position % 2 != 0 { append([0]) }
        var page = page
        page.software = software
        page.isLevel = levelsDue > 0
        let directory = TiffDirectoryBytes(page, isBigTIFF: isBigTIFF, position: position)
        guard isBigTIFF || position + directory.bytes.count <= 0xffff_ffff else {
            throw ZarrError(.limitExceeded, "the TIFF file outgrew the 4 GiB of its announced size")
        }
        if page.isLevel {
            try link(levelPosition, to: position)
            levelPosition += isBigTIFF ? 8 : 4
            levelsDue -= 1
        } else {
            try link(linkPosition, to: position)
            linkPosition = position + directory.linkOffset
            levelPosition = position + directory.levelsOffset
            levelsDue = page.levels
        }
        append(directory.bytes)
        if output.count >= Self.flushSize { try flush() }
    }

    /// Makes the file appear under its name.
    ///
    /// - Returns: the bytes it has.
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    @discardableResult
    public func finish() throws -> Int {
        precondition(page == nil && levelsDue == 0, "a page is not finished")
        try flush()
        try file.commit()
        return position
    }

    /// Throws away what was written.
    public func abandon() { file.abandon() }

    // One write call per MiB: the cost of the call vanishes, and the buffer stays in the second-level cache.
    private static let flushSize = 1 << 20

    private func link(_ place: Int, to directory: Int) throws {
        var bytes = [UInt8]()
        bytes.appendInteger(directory, size: isBigTIFF ? 8 : 4)
        let buffered = place - (position - output.count)
        if buffered >= 0 {
            output.replaceSubrange(buffered..<buffered + bytes.count, with: bytes)
        } else {
            try bytes.withUnsafeBytes { try file.overwrite($0, at: place) }
        }
    }

    private func append(_ bytes: [UInt8]) {
        output.append(contentsOf: bytes)
        position += bytes.count
    }

    private func appendOffset(_ value: Int) {
        var bytes = [UInt8]()
        bytes.appendInteger(value, size: isBigTIFF ? 8 : 4)
        append(bytes)
    }

    private func flush() throws {
        guard !output.isEmpty else { return }
        try output.withUnsafeBytes { try file.append($0) }
        output.removeAll(keepingCapacity: true)
    }
}
