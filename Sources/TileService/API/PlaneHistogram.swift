import OMEZarr
import Zarr

/// The histogram of one plane of a channel, read in bands of rows, twice: for the range, then for the counts.
struct PlaneHistogram {
    /// The smallest and largest finite value; nil where there is none.
    let range: (low: Double, high: Double)?
    /// Of the range asked for, or of the values there are.
    let histogram: ValueHistogram

    /// What a request asks to be counted.
    struct Request: Sendable, Hashable {
        var level, channel, z, t: Int
        /// The values that count; nil: all.
        var range: ClosedRange<Double>?
    }

    /// Bytes of a band.
    private static let bandBytes = 16 << 20

    /// - Throws: what reading throws.
    init(_ image: ServedImage, _ request: Request, while isWanted: @escaping @Sendable () -> Bool) throws {
        let type = image.description.type, size = image.size(level: request.level)
        let reader = PlaneReader(image, level: request.level, t: request.t, while: isWanted)
        let zFactor = image.description.axis("z").map { FrameSource.factors(request.level, of: image.description)[$0] }
        let z = Int(Double(request.z) / (zFactor ?? 1))
        let rows = min(max(1, Self.bandBytes / (size.width * type.size)), size.height)
        func forEachBand(_ body: (StridedPixels) -> Void) throws {
            for y in stride(from: 0, to: size.height, by: rows) {
                var band = PixelBuffer(shape: [min(rows, size.height - y), size.width], type: .pixel(type))
                try band.withPixels {
                    try reader.read(channel: request.channel, z: z, x: 0, y: y, into: $0)
                    body($0)
                }
            }
        }
        var range: (low: Double, high: Double)?
        try forEachBand { band in
            guard let found = ValueRange.finite(band, type) else { return }
            range = range.map { (min($0.low, found.low), max($0.high, found.high)) } ?? found
        }
        var histogram = ValueHistogram(
            type: type, low: request.range?.lowerBound ?? range?.low ?? 0,
            high: request.range?.upperBound ?? range?.high ?? 0)
        if range != nil { try forEachBand { histogram.add($0) } }
        self.range = range
        self.histogram = histogram
    }

    /// The finest level whose planes have at most a million pixels, or the coarsest: a look is quick, and robust enough.
    static func coarseLevel(_ image: ServedImage) -> Int {
        image.description.levels.indices.first { level in
            let size = image.size(level: level)
            return size.width * size.height <= 1 << 20
        } ?? image.description.levels.count - 1
    }

    /// - Throws: ``ServiceError`` with status 400 where the plane is larger than is read for one request.
    static func check(_ image: ServedImage, level: Int) throws {
        let size = image.size(level: level)
        let bytes = size.width.saturatingMultiplied(by: size.height)
            .saturatingMultiplied(by: image.description.type.size)
        guard bytes <= RenderLimits.sourceBytes else {
            throw ServiceError(
                .badRequest, "too-large",
                "a plane of level \(level) takes more than "
                    + "\(RenderLimits.sourceBytes >> 20) MiB: ask for a coarser level")
        }
    }
}
