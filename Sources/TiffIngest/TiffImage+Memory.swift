import Zarr

extension TiffImage {
    /// Bytes one reader of a level holds at its peak besides the pixels it writes into: a block as stored and as
    /// decoded, the state of its codec, the table of a page.
    ///
    /// Pages of a series are taken to be stored alike. The windows of Zstandard and LZMA are counted as far as they are
    /// filled, which is a block at most: what is reserved beyond takes no memory. Tables of other pages lie in a cache
    /// all readers share, 64 MiB at most, which is not counted.
    public func readerBytes(level: Int) -> Int {
        let layout = levels[level].layout
        let table = 32 * min(layout.grid.count ?? .max, limits.fieldBytes / 8)
        let decoded = min(BlockTable.storedBytes(layout, block: 0) ?? .max, limits.blockBytes)
        if layout.isReadInPlace {
            // Rows that are wanted in part are read in bands, at least one row at a time.
            let row = layout.blockWidth * layout.samplesPerBlock * (layout.bits / 8)
            return Self.fixedBytes + table + max(row, StoredRows.bandBytes)
        }
        if layout.isStreamed(limits) {
            // A band, a row for its predictor, and what each block that is under way holds.
            let row = min(layout.blockRowBytes, limits.blockBytes)
            return Self.fixedBytes + table + max(row, BlockStream.bandBytes) + row + streamBytes(level)
        }
        return Self.fixedBytes + table + decoded + storedBytes(level, decoded) + codecBytes(layout, decoded)
    }

    /// Windows of the file, tables of codes, small buffers of the codecs.
    private static let fixedBytes = 512 << 10

    /// The largest stored block: exact where one page is all there is, else what a reader takes at most.
    private func storedBytes(_ level: Int, _ decoded: Int) -> Int {
        var most = PlaneReader.mostStoredBytes(of: decoded)
        let planes = levels[level].planes
        guard files.members.count == 1, let file = try? files.file(0) else { return most }
        most = min(most, file.size)
        guard planes.count == 1, let location = planes.first, !location.isAbsent, !location.isBare else { return most }
        let reader = DirectoryReader(file, header: files.members[0].header, limits: limits)
        guard let page = try? cache.page(location) ?? Page(reader, at: location.offset) else { return most }
        cache.insert(page, location)
        return min(most, page.byteCounts.max() ?? 0)
    }

    /// What the blocks that are under way hold: those of all planes, as far as a reader keeps them. The window of a codec
    /// is known once it has decoded a byte; where that fails, reading will say why.
    private func streamBytes(_ level: Int) -> Int {
        guard let (stream, page) = try? firstStream(level), let each = try? stream.probedBytes() else { return 0 }
        let blocks = levels[level].planes.count.saturatingMultiplied(by: page.offsets.count)
        return each.saturatingMultiplied(by: min(blocks, BlockStreams.capacity(each)))
    }

    /// The first stored block of a level whose blocks are decoded in sequence; nil where nothing is stored.
    ///
    /// - Throws: ``TiffError`` where its page cannot be read.
    func firstStream(_ level: Int) throws -> (BlockStream, Page)? {
        guard let location = levels[level].planes.first(where: { !$0.isAbsent }) else { return nil }
        let file = try files.file(Int(location.file))
        let reader = DirectoryReader(file, header: files.members[Int(location.file)].header, limits: limits)
        let page = try cache.page(location) ?? Page(reader, at: location.offset)
        cache.insert(page, location)
        let block = page.offsets.indices.first { page.offsets[$0] > 0 && page.byteCounts[$0] > 0 }
        return try block.map { (try BlockStream(page, file, block: $0), page) }
    }

    /// What codecs hold beside their input and output.
    private func codecBytes(_ layout: PageLayout, _ decoded: Int) -> Int {
        switch layout.compression {
        // A progressive stream, which may be twice a block and 1 MiB, is kept as coefficients of 16 bits until its last
        // scan.
        case .jpeg: 2 * (2 * decoded + (1 << 20))
        // Lossless WebP is decoded to 32 bits a pixel, whole, and its pixels may have 24.
        case .webP: 2 * decoded
        case .zstandard, .oldZstandard: decoded
        case .lzma: min(decoded, Int(LZMADecoder.memoryLimit))
        // libtiff keeps a decoded block of its own, and its stored bytes.
        case .lerc: 3 * decoded
        default: 0
        }
    }
}
