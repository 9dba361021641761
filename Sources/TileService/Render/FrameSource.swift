import OMEZarr
import Zarr

/// From which level a frame is made, and from which of its pixels.
struct FrameSource: Sendable, Hashable {
    let level: Int
    /// Pixels of level 0 to one of the level, on each axis of the image.
    let factors: [Double]
    /// First column and row of the level that are read, and how many.
    let x, y, width, height: Int
    /// Which pixels of what is read become the picture's; nil where they are the picture.
    let columns, rows: PictureResampler.Side?

    /// Takes the coarsest level that is at least as fine as the picture; a coarser one only where a picture of odd
    /// proportions would take a plane of more bytes than may be read.
    ///
    /// - Parameter planes: how many are read of a level, over all channels, from the factors of the level.
    /// - Throws: ``ServiceError`` with status 400 where too much would have to be read.
    init(_ frame: RenderFrame, of image: ImageDescription, planes: (_ factors: [Double]) -> Int) throws {
        var chosen = 0
        let xAxis = image.axis("x") ?? image.axes.count - 1, yAxis = image.axis("y") ?? image.axes.count - 2
        for level in image.levels.indices.dropFirst() {
            let factors = Self.factors(level, of: image)
            // Half a percent, for scales that were written with few digits.
            if factors[xAxis] <= frame.stepX * 1.005 && factors[yAxis] <= frame.stepY * 1.005 { chosen = level }
        }
        var source = FrameSource(frame, chosen, Self.factors(chosen, of: image), image, xAxis, yAxis)
        while source.bytes(image) > RenderLimits.sourceBytes, source.level + 1 < image.levels.count {
            let level = source.level + 1
            source = FrameSource(frame, level, Self.factors(level, of: image), image, xAxis, yAxis)
        }
        guard source.bytes(image).saturatingMultiplied(by: planes(source.factors)) <= RenderLimits.sourceBytes else {
            throw ServiceError(
                .badRequest, "too-large",
                "too many pixels would have to be read for this picture, more than \(RenderLimits.sourceBytes >> 20) "
                    + "MiB: choose fewer planes, fewer channels, a smaller region or a smaller picture")
        }
        self = source
    }

    /// Of one plane.
    private func bytes(_ image: ImageDescription) -> Int {
        width.saturatingMultiplied(by: height).saturatingMultiplied(by: image.type.size)
    }

    private init(
        _ frame: RenderFrame, _ level: Int, _ factors: [Double], _ image: ImageDescription, _ xAxis: Int, _ yAxis: Int
    ) {
        let shape = image.levels[level].shape
        let across = Span(frame.x, frame.width, frame.columns, factor: factors[xAxis], extent: shape[xAxis])
        let down = Span(frame.y, frame.height, frame.rows, factor: factors[yAxis], extent: shape[yAxis])
        self.level = level
        self.factors = factors
        (x, width, y, height) = (across.first, across.count, down.first, down.count)
        let isExact = across.isExact && down.isExact
        columns = isExact ? nil : across.side
        rows = isExact ? nil : down.side
    }

    /// By what a level is coarser than level 0 on each axis: what its scale says, where its shape agrees.
    static func factors(_ level: Int, of image: ImageDescription) -> [Double] {
        image.axes.indices.map { axis in
            let fine = image.levels[0], coarse = image.levels[level]
            let byShape = Double(fine.shape[axis]) / Double(max(coarse.shape[axis], 1))
            let byScale = coarse.scale[axis] / fine.scale[axis]
            let rounded = byScale.rounded()
            let factor = abs(byScale - rounded) < 1e-3 * byScale ? rounded : byScale
            let agrees =
                factor.isFinite && factor >= 1
                && abs(Double(fine.shape[axis]) / factor - Double(coarse.shape[axis])) <= 1
            return agrees ? factor : max(byShape, 1)
        }
    }

    /// One side of a frame on a level.
    private struct Span {
        let first, count: Int
        let side: PictureResampler.Side
        let isExact: Bool

        init(_ start: Double, _ length: Double, _ pixels: Int, factor: Double, extent: Int) {
            let low = start / factor, step = length / Double(pixels) / factor
            let high = low + step * Double(pixels)
            let whole = low.rounded()
            if abs(step - 1) * Double(pixels) < 0.01, abs(low - whole) < 0.01, whole >= 0,
                Int(whole) + pixels <= extent
            {
                (first, count, isExact) = (Int(whole), pixels, true)
                side = .init(start: 0, step: 1, count: pixels)
                return
            }
            // One pixel more on each side, for what lies between centres.
            let from = min(max(Int(low.rounded(.down)) - 1, 0), extent - 1)
            let to = min(max(Int(high.rounded(.up)) + 1, from + 1), extent)
            (first, count, isExact) = (from, to - from, false)
            side = .init(start: low - Double(from), step: step, count: pixels)
        }
    }
}
