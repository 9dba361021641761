import OMEZarr
import TiffIngest
import Zarr

/// Pours a part of an image into a file, slab by slab.
struct PixelExport {
    let image: any ImageSource
    let level: Int
    let part: ReadSelection.Part
    /// Is told the bytes done and in all.
    let progress: (_ done: Int, _ total: Int) throws -> Void

    private var description: ImageDescription { image.description }
    private var type: PixelType { description.type }

    /// Writes the pixels in C order, machine byte order, after a header of NumPy where asked for.
    func writeRaw(to path: String, asNumPy: Bool) throws {
        _ = try totalBytes()
        let output = try ReadOutput(path)
        let shape = part.keptAxes.map { part.region.shape[$0] }
        if asNumPy { try output.append(NumPyFile.header(shape: shape, type: .pixel(type))) }
        try forEachSlab { try output.append($0) }
        try output.finish()
    }

    /// Writes one page for each plane, an OME-TIFF where OME-XML has words for the image.
    func writeTIFF(to path: String) throws {
        let exported = exportedDescription
        let total = try totalBytes()
        try requirePages(exported, total)
        let xAxis = part.region.rank - 1, width = part.region.shape[xAxis], height = part.region.shape[xAxis - 1]
        let samples = exported.isRGB ? 3 : 1
        // Strips of about 256 KiB: small enough to read a part of a page, large enough to pack well.
        let rows = max(1, min(height, (256 << 10) / max(1, width * samples * type.size)))
        let format = try TiffPageFormat(
            width: width, height: height, samplesPerPixel: samples, type: type, blocks: .strips(rows: rows),
            compression: .deflate(level: 4), pixelSize: pixelSize(exported))
        let pageBytes = width * height * samples * type.size, pages = total / max(1, pageBytes)
        let (bound, overflow) = format.largestSize.multipliedReportingOverflow(by: pages)
        try ReadOutput.withFile(path) { path in
            let writer = try TiffWriter(path: path, largestSize: overflow ? .max : bound)
            do {
                let xml = try? OMEXMLWriter.document(
                    [exported], pixels: .tiffPages, creator: "ome-zarr \(OMEZarrCommand.version)")
                let pages = try TiffPageStream(writer, format, description: xml)
                try forEachSlab(samplesLast: exported.isRGB) { try pages.append($0) }
                try writer.finish()
            } catch {
                writer.abandon()
                throw error
            }
        }
    }

    /// Pages of a TIFF are planes of y and x, in the order t, c, z: pixels in another order would end up under the wrong
    /// index.
    private func requirePages(_ exported: ImageDescription, _ total: Int) throws {
        let names = exported.axes.map(\.name)
        let expected = ["t", "c", "z", "y", "x"].filter(names.contains)
        guard names == expected, names.suffix(2) == ["y", "x"] else {
            throw UsageError(
                "a TIFF holds planes in the order t, c, z, y, x, but the axes are \(names.joined(separator: ", ")): "
                    + "choose npy or raw")
        }
        guard total > 0 else { throw UsageError("there are no pixels to write") }
    }

    /// Reads the part slab by slab and hands on the pixels in C order.
    ///
    /// - Parameter samplesLast: moves the channel axis to the end, as TIFF and PNG have it.
    private func forEachSlab(samplesLast: Bool = false, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var order = Array(description.axes.indices)
        if samplesLast, let c = description.axis("c") { order.append(order.remove(at: c)) }
        let places = description.axes.indices.map { order.firstIndex(of: $0) ?? $0 }
        let natural = image.naturalReadShape(level: level), total = try totalBytes()
        let slabs = try Slabs(
            Region(origin: order.map { part.region.origin[$0] }, shape: order.map { part.region.shape[$0] }),
            natural: order.map { natural[$0] }, rows: order.count - (samplesLast ? 3 : 2), type: type)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(64, slabs.largestBytes), alignment: 64)
        defer { memory.deallocate() }
        guard let base = memory.baseAddress else { return }
        let reader = try image.makeReader()
        var done = 0
        try slabs.forEach { slab in
            // Safety: no slab is larger than `largestBytes`; the view has the image's order of axes.
            let pixels = StridedPixels(base: base, shape: slab.shape, type: .pixel(type)).permuted(places)
            let source = Region(origin: places.map { slab.origin[$0] }, shape: places.map { slab.shape[$0] })
            try reader.read(source, level: level, into: pixels)
            let bytes = slab.count * type.size
            try body(UnsafeRawBufferPointer(rebasing: memory[..<bytes]))
            done += bytes
            try progress(done, total)
        }
    }

    /// - Throws: ``UsageError`` where the size is beyond any disk.
    private func totalBytes() throws -> Int {
        var total = type.size
        for extent in part.region.shape {
            let (product, overflow) = total.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw UsageError("the part to read is too large: choose a --region") }
            total = product
        }
        return total
    }

    /// What the written file shows: the kept axes, the channels that are left.
    private var exportedDescription: ImageDescription {
        let scale = description.levels[level].scale
        let axes = part.keptAxes.map { index -> Axis in
            var axis = description.axes[index]
            axis.spacing = scale[index]
            return axis
        }
        let c = description.axis("c")
        let isWhole = c.map { part.keptAxes.contains($0) } ?? true
        var channels = description.channels
        if let c, !isWhole { channels = [part.region.origin[c]].filter(channels.indices.contains).map { channels[$0] } }
        return ImageDescription(
            name: description.name, axes: axes, shape: part.keptAxes.map { part.region.shape[$0] }, type: type,
            channels: channels, isRGB: description.isRGB && isWhole && c.map { part.region.shape[$0] } == 3)
    }

    private func pixelSize(_ image: ImageDescription) -> TiffPageFormat.PixelSize? {
        func micrometres(_ name: String) -> Double? {
            guard let axis = image.axis(name).map({ image.axes[$0] }), let unit = axis.unit else { return nil }
            return ["nanometer": 0.001, "micrometer": 1, "millimeter": 1000][unit].map { $0 * axis.spacing }
        }
        guard let x = micrometres("x"), let y = micrometres("y"), x > 0, y > 0 else { return nil }
        return .init(x: x, y: y)
    }
}
