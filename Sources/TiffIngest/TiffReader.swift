import OMEZarr
import Zarr

/// Reads regions of one TIFF image. Belongs to one worker: it owns decoders, scratch memory and open files.
final class TiffReader: RegionReader {
    let image: TiffImage
    private let planes: PlaneReader
    private var current: (index: Int, file: TiffFile, directories: DirectoryReader)?

    init(_ image: TiffImage) {
        self.image = image
        planes = PlaneReader(limits: image.limits)
    }

    /// Decodes the pixels of a region; every block that touches it is fetched and decoded once.
    ///
    /// - Throws: ``TiffError``: `.invalidCall` where the region leaves the level or the view does not fit it, otherwise
    ///   what is wrong with the file.
    func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
        try check(region, level, pixels)
        guard !region.isEmpty else { return }
        let axes = image.description.axes
        func range(_ name: String) -> Range<Int> {
            axes.firstIndex { $0.name == name }.map { region.origin[$0]..<region.end($0) } ?? 0..<1
        }
        func stride(_ name: String) -> Int { axes.firstIndex { $0.name == name }.map { pixels.strides[$0] } ?? 0 }
        let times = range("t"), channels = range("c"), depths = range("z"), rows = range("y"), columns = range("x")
        let stack = image.levels[level], samples = stack.layout.samples
        let steps = (t: stride("t"), c: stride("c"), z: stride("z"))
        for t in times {
            for pageChannel in channels.lowerBound / samples...(channels.upperBound - 1) / samples {
                let first = pageChannel * samples
                let wanted = channels.clamped(to: first..<first + samples)
                for z in depths {
                    let plane = (t * image.pageChannels + pageChannel) * image.depths + z
                    let target = PlaneTarget(
                        base: pixels.base + (t - times.lowerBound) * steps.t
                            + (wanted.lowerBound - channels.lowerBound) * steps.c + (z - depths.lowerBound) * steps.z,
                        sampleStride: steps.c, rowStride: stride("y"), columnStride: stride("x"))
                    try read(
                        stack, plane, samples: wanted.lowerBound - first..<wanted.upperBound - first, rows: rows,
                        columns: columns, into: target)
                }
            }
        }
    }

    private func read(
        _ stack: PlaneStack, _ plane: Int, samples: Range<Int>, rows: Range<Int>, columns: Range<Int>,
        into target: PlaneTarget
    ) throws {
        let location = plane < stack.planes.count ? stack.planes[plane] : .absent
        guard !location.isAbsent else {
            target.fill(
                0, size: stack.layout.bits / 8, samples: samples.count, rows: rows.count, columns: columns.count)
            return
        }
        let (file, directories) = try open(Int(location.file))
        let page = try page(location, stack, directories)
        try planes.read(page, file, samples: samples, rows: rows, columns: columns, into: target)
    }

    func open(_ index: Int) throws -> (TiffFile, DirectoryReader) {
        if let current, current.index == index { return (current.file, current.directories) }
        let file = try image.files.file(index)
        let directories = DirectoryReader(file, header: image.files.members[index].header, limits: image.limits)
        current = (index, file, directories)
        return (file, directories)
    }

    func page(_ location: PlaneLocation, _ stack: PlaneStack, _ directories: DirectoryReader) throws -> Page {
        if location.isBare {
            return Page(layout: stack.layout, header: directories.header, offset: location.offset)
        }
        if let page = image.cache.page(location) { return page }
        let page = try Page(directories, at: location.offset)
        guard page.layout.width == stack.layout.width, page.layout.height == stack.layout.height,
            page.layout.samples == stack.layout.samples, page.layout.type == stack.layout.type
        else {
            throw TiffError(
                .damaged,
                "the page at byte \(location.offset) is \(page.layout.width) x \(page.layout.height) with "
                    + "\(page.layout.samples) samples of \(page.layout.bits) bits, its series "
                    + "\(stack.layout.width) x \(stack.layout.height) with \(stack.layout.samples) of "
                    + "\(stack.layout.bits)",
                path: directories.file.path)
        }
        image.cache.insert(page, location)
        return page
    }

    private func check(_ region: Region, _ level: Int, _ pixels: StridedPixels) throws {
        let description = image.description
        guard description.levels.indices.contains(level) else {
            throw TiffError(.invalidCall, "level \(level) does not exist; there are \(description.levels.count)")
        }
        let shape = description.levels[level].shape
        guard region.lies(within: shape) else {
            throw TiffError(
                .invalidCall,
                "the region \(region.origin) + \(region.shape) leaves level \(level) of shape \(shape) "
                    + "(axes \(description.axes.map(\.name).joined(separator: ", ")))")
        }
        guard pixels.shape == region.shape, pixels.type == .pixel(description.type) else {
            throw TiffError(
                .invalidCall,
                "the view takes \(pixels.shape) \(pixels.type), the region is \(region.shape) "
                    + description.type.rawValue)
        }
    }
}
