import Zarr

extension TiffImage {
    /// Refuses an image none of whose blocks can be decoded, before anybody plans memory for them.
    ///
    /// A file of 300 bytes may claim strips of 36 GB. Single bad blocks are no reason, nor is one short file of many:
    /// the others can still be read.
    ///
    /// - Throws: ``TiffError`` with code `.limitExceeded` where blocks are too large, `.damaged` where they are too
    ///   short for what the tags claim.
    func checkBlocks() throws {
        let layout = levels[0].layout
        guard files.members.count == 1, let location = levels[0].planes.first(where: { !$0.isAbsent }), !location.isBare
        else { return }
        let file = try files.file(0)
        if layout.compression == .jpeg && layout.isStreamed(limits) { try checkScans(file.path) }
        let needed = leastBytes(layout)
        if let needed, layout.compression.canExpand(file.size, to: needed) { return }
        // Only now the table is worth reading: an image of which nothing was written may claim anything, and is zeros.
        // Neither may a file of many images make us read long tables over and over.
        let blocks = layout.grid.count ?? .max
        guard blocks <= 4096 || blocks > file.size else { return }
        let reader = DirectoryReader(file, header: files.members[0].header, limits: limits)
        let page = try Page(reader, at: location.offset)
        let stored = zip(page.offsets, page.byteCounts).reduce(0) { $1.0 > 0 ? max($0, $1.1) : $0 }
        guard stored > 0 else { return }
        let kind = layout.isTiled ? "tile" : "strip"
        let size = "\(layout.blockWidth) x \(layout.blockHeight) pixels of \(layout.samplesPerBlock) samples"
        guard let needed else {
            throw TiffError(
                .limitExceeded,
                "each \(kind) claims \(size), \(limits.largestBlock(layout))", path: file.path)
        }
        throw TiffError(
            .damaged,
            "each \(kind) claims \(size), at least \(needed) bytes, and the file of \(file.size) bytes is too short for "
                + "one of them (compression \(layout.compression.name)); it may be incomplete: copy it again",
            path: file.path)
    }

    /// Refuses JPEG of several scans that is too large to be kept whole, which only its header tells. What else may be
    /// wrong with a block is no reason.
    private func checkScans(_ path: String) throws {
        do {
            _ = try firstStream(0)?.0.probedBytes()
        } catch let error as TiffError where error.code == .limitExceeded {
            throw error.at(path)
        } catch {}
    }

    /// Bytes that must be decoded to get all out of a full block; nil where more than the limit must be held for it. Any
    /// row can be read alone where nothing is compressed.
    private func leastBytes(_ layout: PageLayout) -> Int? {
        let row = [layout.blockWidth, layout.samplesPerBlock, layout.bits / 8]
        if layout.isReadInPlace { return Product.of(row) }
        if layout.isStreamed(limits) {
            guard layout.blockRowBytes <= limits.blockBytes else { return nil }
            return layout.blockRowBytes.saturatingMultiplied(by: min(layout.blockHeight, layout.height))
        }
        guard let whole = Product.of(row + [layout.blockHeight]), whole <= limits.blockBytes else { return nil }
        return whole / layout.blockHeight * min(layout.blockHeight, layout.height)
    }
}
