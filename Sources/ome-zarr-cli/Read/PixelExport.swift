import OMEZarr
import TiffIngest
import Zarr

/// Pours a part of an image into a TIFF.
struct PixelExport {
    let image: any ImageSource
    let level: Int
    /// The same part of the same level as elements.
    let elements: ElementExport

    private var part: ReadSelection.Part { elements.part }
    private var description: ImageDescription { image.description }
    private var type: PixelType { description.type }

    /// Writes one page for each plane, an OME-TIFF where OME-XML has words for the image.
    func writeTIFF(to path: String) throws {
        let exported = exportedDescription
        let total = try elements.totalBytes()
        try requirePages(exported, total)
        let xAxis = part.region.rank - 1, width = part.region.shape[xAxis], height = part.region.shape[xAxis - 1]
        let samples = exported.isRGB ? 3 : 1
        // Strips of about 256 KiB: small enough to read a part of a page, large enough to pack well.
        let rows = max(1, min(height, (256 << 10) / max(1, width * samples * type.size)))
        let format = try TiffPageFormat(
            width: width, height: height, samplesPerPixel: samples, type: type, blocks: .strips(rows: rows),
            compression: .deflate(level: 4), pixelSize: exported.pixelSize(level: 0))
        let pageBytes = width * height * samples * type.size, pages = total / max(1, pageBytes)
        let (bound, overflow) = format.largestSize.multipliedReportingOverflow(by: pages)
        try ReadOutput.withFile(path) { path in
            let writer = try TiffWriter(path: path, largestSize: overflow ? .max : bound)
            do {
                let xml = try? OMEXMLWriter.document(
                    [exported], pixels: .tiffPages, creator: "ome-zarr \(OMEZarrCommand.version)")
                let pages = try TiffPageStream(writer, format, description: xml)
                try elements.forEachSlab(order: pageOrder(exported)) { try pages.append($0) }
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

    /// The image's axes with the channel last where its elements are samples of one pixel, as TIFF has them.
    private func pageOrder(_ exported: ImageDescription) -> [Int] {
        var order = Array(description.axes.indices)
        if exported.isRGB, let c = description.axis("c") { order.append(order.remove(at: c)) }
        return order
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
        let isKept = c.map { part.keptAxes.contains($0) } ?? true
        var channels = description.channels
        if let c {
            let taken = part.region.origin[c]..<part.region.end(c)
            channels = channels.indices.filter(taken.contains).map { channels[$0] }
        }
        return ImageDescription(
            name: description.name, axes: axes, shape: part.keptAxes.map { part.region.shape[$0] }, type: type,
            channels: channels, isRGB: description.isRGB && isKept && c.map { part.region.shape[$0] } == 3)
    }
}
