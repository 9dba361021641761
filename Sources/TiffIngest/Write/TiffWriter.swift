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
    private var linkPosition: Int
    private var page: OpenPage?

    private struct OpenPage {
        var format: TiffPageFormat
        var description: String?
        var offsets = [Int]()
        var counts = [Int]()
    }

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - path: where the finished file appears; an existing file is replaced.
    ///   - largestSize: a bound on the file's bytes, such as the sum of the pages'
    ///     ``TiffPageFormat/largestSize``; BigTIFF is written where classic TIFF could not hold that.
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    public init(path: String, largestSize: Int) throws {
        // 4 GiB less what directories and descriptions may take: classic offsets must reach every byte.
        isBigTIFF = largestSize > 0xf000_0000
        file = try TemporaryFile(replacing: path)
        linkPosition = isBigTIFF ? 8 : 4
        output.reserveCapacity(Self.flushSize + (1 << 16))
        append(isBigTIFF ? [0x49, 0x49, 43, 0, 8, 0, 0, 0] : [0x49, 0x49, 42, 0])
        appendOffset(0)
    }

    /// Starts a page. Its blocks follow through ``append(_:)``, left to right, top to bottom.
    ///
    /// - Parameter description: text for the tag ImageDescription, such as OME-XML.
    public func beginPage(_ format: TiffPageFormat, description: String? = nil) {
        precondition(page == nil, "the page before is not finished")
        page = OpenPage(format: format, description: description)
    }

    /// Adds the next block of the page as ``TiffBlockEncoder`` packed it.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    public func append(_ block: UnsafeRawBufferPointer) throws {
        // TIFF 6.0 asks for word boundaries only of values, but some readers map tiles of 16-bit pixels in place.
        if position % 2 != 0 { append([0]) }
        page?.offsets.append(position)
        page?.counts.append(block.count)
        if block.count >= Self.flushSize {
            try flush()
            try file.append(block)
            position += block.count
        } else {
            output.append(contentsOf: block)
            position += block.count
            if output.count >= Self.flushSize { try flush() }
        }
    }

    /// Writes the directory of the page.
    ///
    /// - Throws: ``ZarrError`` with code `.invalidCall` where blocks are missing, `.limitExceeded` where a classic file
    ///   outgrew 4 GiB, `.ioFailure` where the machine fails.
    public func endPage() throws {
        guard let page else { throw ZarrError(.invalidCall, "no TIFF page is open") }
        let expected = page.format.blocksAcross * page.format.blocksDown
        guard page.offsets.count == expected else {
            throw ZarrError(.invalidCall, "a TIFF page of \(expected) blocks was given \(page.offsets.count)")
        }
        self.page = nil
        if position % 2 != 0 { append([0]) }
        let directory = TiffDirectoryBytes(
            format: page.format, description: page.description, offsets: page.offsets, counts: page.counts,
            isBigTIFF: isBigTIFF, position: position)
        guard isBigTIFF || position + directory.bytes.count <= 0xffff_ffff else {
            throw ZarrError(.limitExceeded, "the TIFF file outgrew the 4 GiB of its announced size")
        }
        try link(to: position)
        linkPosition = position + directory.linkOffset
        append(directory.bytes)
        if output.count >= Self.flushSize { try flush() }
    }

    /// Makes the file appear under its name.
    ///
    /// - Returns: the bytes it has.
    /// - Throws: ``ZarrError`` with code `.ioFailure`.
    @discardableResult
    public func finish() throws -> Int {
        precondition(page == nil, "a page is not finished")
        try flush()
        try file.commit()
        return position
    }

    /// Throws away what was written.
    public func abandon() { file.abandon() }

    // One write call per MiB: the cost of the call vanishes, and the buffer stays in the second-level cache.
    private static let flushSize = 1 << 20

    private func link(to directory: Int) throws {
        var bytes = [UInt8]()
        bytes.appendInteger(directory, size: isBigTIFF ? 8 : 4)
        let buffered = linkPosition - (position - output.count)
        if buffered >= 0 {
            output.replaceSubrange(buffered..<buffered + bytes.count, with: bytes)
        } else {
            try bytes.withUnsafeBytes { try file.overwrite($0, at: linkPosition) }
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
