import Zarr

/// Reads parts of single pages: finds the blocks, fetches and decodes each once, and puts the pixels in place.
/// Belongs to one worker.
package final class PlaneReader {
    private let decoder = BlockDecoder()
    private let encoded = Scratch()
    private let decoded = Scratch()
    private let libtiff = LibtiffDecoder()
    private let streams = BlockStreams()
    private let limits: TiffLimits

    package init(limits: TiffLimits) { self.limits = limits }

    /// The part of one block that is wanted.
    private struct Part {
        var block: Int
        var rows: Range<Int>
        var columns: Range<Int>
    }

    /// Reads a box of a page: samples, rows and columns.
    ///
    /// - Throws: ``TiffError``; the message names the block.
    package func read(
        _ page: Page, _ file: TiffFile, samples: Range<Int>, rows: Range<Int>, columns: Range<Int>,
        into target: PlaneTarget
    ) throws {
        let grid = page.layout.grid
        let planes = page.layout.isPlanar ? samples : 0..<1
        for plane in planes {
            var planeTarget = target
            if page.layout.isPlanar { planeTarget.base += (plane - samples.lowerBound) * target.sampleStride }
            for down in rows.lowerBound / grid.blockHeight...(rows.upperBound - 1) / grid.blockHeight {
                for across in columns.lowerBound / grid.blockWidth...(columns.upperBound - 1) / grid.blockWidth {
                    let top = down * grid.blockHeight, left = across * grid.blockWidth
                    let y = rows.clamped(to: top..<top + grid.blockHeight)
                    let x = columns.clamped(to: left..<left + grid.blockWidth)
                    let part = Part(
                        block: grid.index(plane: plane, row: down, column: across),
                        rows: y.lowerBound - top..<y.upperBound - top,
                        columns: x.lowerBound - left..<x.upperBound - left)
                    let place = planeTarget.from(
                        row: y.lowerBound - rows.lowerBound, column: x.lowerBound - columns.lowerBound)
                    do {
                        try read(part, page, file, samples: page.layout.isPlanar ? 0..<1 : samples, into: place)
                    } catch let error as TiffError {
                        let kind = page.layout.isTiled ? "tile" : "strip"
                        throw error.within("cannot read \(kind) \(part.block)").at(file.path)
                    }
                }
            }
        }
    }

    private func read(
        _ part: Part, _ page: Page, _ file: TiffFile, samples: Range<Int>, into target: PlaneTarget
    ) throws {
        let layout = page.layout
        guard page.offsets[part.block] > 0, page.byteCounts[part.block] > 0 else {
            target.fill(
                layout.type.map { $0.bits(of: page.noData ?? 0) } ?? 0, size: layout.bits / 8, samples: samples.count,
                rows: part.rows.count, columns: part.columns.count)
            return
        }
        if layout.isReadInPlace {
            try readStored(part, page, file, samples: samples, into: target)
        } else if layout.isStreamed(limits) {
            try readStreamed(part, page, file, samples: samples, into: target)
        } else {
            try readEncoded(part, page, file, samples: samples, into: target)
        }
    }
}

// MARK: - Compressed blocks

extension PlaneReader {
    private func readEncoded(
        _ part: Part, _ page: Page, _ file: TiffFile, samples: Range<Int>, into target: PlaneTarget
    ) throws {
        let layout = page.layout, size = layout.bits / 8, pixelBytes = layout.samplesPerBlock * size
        let block = page.block(part.block)
        let decodedBytes = try checkedSize(block, stored: page.byteCounts[part.block])
        let rowBytes = decodedBytes / block.rows
        // Straight into place where the block fills it and samples lie there as they do in the block.
        let isDirect =
            part.rows == 0..<block.rows && part.columns == 0..<layout.blockWidth && target.rowStride == rowBytes
            && target.columnStride == pixelBytes
            && (layout.samplesPerBlock == 1 || target.sampleStride == size && samples.count == layout.samples)
        let pixels =
            isDirect
            ? UnsafeMutableRawBufferPointer(start: target.base, count: decodedBytes) : decoded.bytes(decodedBytes)
        if layout.compression.isLibtiffs {
            try libtiff.decode(file.path, page, block: part.block, into: pixels)
        } else {
            try decoder.decode(block, try fetch(part.block, page, file, decodedBytes), into: pixels)
        }
        guard !isDirect, let base = pixels.baseAddress else { return }
        let source = BlockPixels(
            base: base + (part.rows.lowerBound * rowBytes + part.columns.lowerBound * pixelBytes),
            rowStride: rowBytes, pixelStride: pixelBytes, size: size)
        target.copy(from: source, samples: samples, rows: part.rows.count, columns: part.columns.count)
    }

    /// Bytes of the decoded block, checked before any memory is taken for it.
    private func checkedSize(_ block: BlockDecoder.Block, stored: Int) throws -> Int {
        let layout = block.layout
        let bytes = layout.blockRowBytes.saturatingMultiplied(by: block.rows)
        guard bytes <= limits.blockBytes else {
            throw TiffError(
                .limitExceeded,
                "it holds \(layout.blockWidth) x \(block.rows) pixels, \(limits.largestBlock(layout))")
        }
        let needed = block.visibleRows * (bytes / block.rows)
        guard layout.compression.canExpand(stored, to: needed) else {
            throw TiffError(
                .damaged,
                "\(stored) bytes of \(layout.compression.name) are too few for the \(needed) its tags claim; the file "
                    + "may be incomplete: copy it again")
        }
        return bytes
    }

    /// The most bytes that are read of a block: no codec makes data twice as long, and what is beyond belongs to a byte
    /// count that is wrong.
    static func mostStoredBytes(of decodedBytes: Int) -> Int { 2 * decodedBytes + 65_536 }

    private func fetch(
        _ block: Int, _ page: Page, _ file: TiffFile, _ decodedBytes: Int
    ) throws -> UnsafeMutableRawBufferPointer {
        let count = min(
            page.byteCounts[block], Self.mostStoredBytes(of: decodedBytes), max(0, file.size - page.offsets[block]))
        guard count > 0 else {
            throw TiffError(
                .damaged,
                "it lies outside the file of \(file.size) bytes; the file may be incomplete: copy it again")
        }
        let bytes = encoded.bytes(count)
        // Safety: the scratch has `count` bytes and a base address.
        if let base = bytes.baseAddress { try file.read(count, at: page.offsets[block], into: base) }
        return bytes
    }
}

// MARK: - Compressed blocks too large to be held

extension PlaneReader {
    private func readStreamed(
        _ part: Part, _ page: Page, _ file: TiffFile, samples: Range<Int>, into target: PlaneTarget
    ) throws {
        let layout = page.layout, size = layout.bits / 8, pixelBytes = layout.samplesPerBlock * size
        let rowBytes = layout.blockRowBytes
        guard rowBytes <= limits.blockBytes else {
            throw TiffError(
                .limitExceeded,
                "each of its rows holds \(layout.blockWidth) pixels, \(limits.largestBlock(layout))")
        }
        guard
            layout.compression.canExpand(
                page.byteCounts[part.block], to: rowBytes.saturatingMultiplied(by: part.rows.upperBound))
        else {
            throw TiffError(
                .damaged,
                "\(page.byteCounts[part.block]) bytes of \(layout.compression.name) are too few for the "
                    + "\(part.rows.upperBound) rows its tags claim; the file may be incomplete: copy it again")
        }
        try streams.read(part.rows, page, file, block: part.block) { band, first, count in
            let source = BlockPixels(
                base: band + part.columns.lowerBound * pixelBytes, rowStride: rowBytes, pixelStride: pixelBytes,
                size: size)
            target.from(row: first, column: 0)
                .copy(from: source, samples: samples, rows: count, columns: part.columns.count)
        }
    }
}

// MARK: - Blocks stored as they are

extension PlaneReader {
    private func readStored(
        _ part: Part, _ page: Page, _ file: TiffFile, samples: Range<Int>, into target: PlaneTarget
    ) throws {
        let rows = try StoredRows(
            page.layout, needsSwap: page.header.needsSwap, offset: page.offsets[part.block],
            byteCount: page.byteCounts[part.block], rows: part.rows, columns: part.columns, file: file)
        if rows.isPacked(in: target) && (rows.areWhole(in: target) || rows.areBestReadAlone) {
            try rows.read(into: target)
        } else {
            try rows.read(samples: samples, into: target, through: decoded)
        }
    }
}
