import Zarr

/// A picture: pixels `[y, x, sample]` without gaps.
public struct RenderedPicture: Sendable, Hashable {
    /// Pixels in a row, and rows.
    public let width, height: Int
    /// What one pixel consists of.
    public let layout: PNGEncoder.PixelLayout
    /// `height * width * layout.bytesPerPixel` bytes.
    public let bytes: [UInt8]

    /// A picture of bytes that fill it.
    public init(width: Int, height: Int, layout: PNGEncoder.PixelLayout, bytes: [UInt8]) {
        precondition(bytes.count == width * height * layout.bytesPerPixel, "bytes do not fill the picture")
        self.width = width
        self.height = height
        self.layout = layout
        self.bytes = bytes
    }

    /// The picture as a PNG file.
    public func png(_ encoder: PNGEncoder) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try encoder.encode($0, width: width, height: height, layout: layout) }
    }
}

extension ImageSource {
    /// Renders a plane of the image to look at, with its channels' windows and colours.
    ///
    /// Channels without a window get the range of the pixels shown (8-bit pixels: 0 to 255); labels are shown in their
    /// range of values, in grey.
    ///
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where the selection leaves the image.
    public func render(_ selection: PlaneSelection) throws -> RenderedPicture {
        let description = description
        let channels = try selection.channels(in: description)
        let regions = try channels.map { try selection.region(channel: $0, in: description) }
        guard let region = regions.first, let y = description.axis("y"), let x = description.axis("x") else {
            throw OMEZarrError(.invalidCall, "cannot render without a channel: choose at least one")
        }
        let height = region.shape[y], width = region.shape[x]
        try RenderedPicture.check(width: width, height: height, planes: channels.count, type: description.type)
        var planes = PixelBuffer(shape: [channels.count, height, width], type: .pixel(description.type))
        let reader = try makeReader()
        let bytes = try planes.withPixels { view in
            let views = channels.indices.map { view.plane($0) }
            for (plane, region) in zip(views, regions) {
                // Read with the image's own axes; those of one element may have any stride.
                var strides = [Int](repeating: 0, count: region.rank)
                strides[y] = plane.strides[0]
                strides[x] = plane.strides[1]
                let target = StridedPixels(base: plane.base, shape: region.shape, strides: strides, type: plane.type)
                try reader.read(region, level: selection.level, into: target)
            }
            let layers = zip(channels, views).map {
                description.layer($0, showing: $1, alone: channels.count == 1)
            }
            let renderer = try ChannelRenderer(type: description.type, layers: layers)
            var bytes = [UInt8](repeating: 0, count: height * width * renderer.layout.bytesPerPixel)
            try bytes.withUnsafeMutableBytes { try renderer.render(views, into: $0) }
            return (renderer.layout, bytes)
        }
        return RenderedPicture(width: width, height: height, layout: bytes.0, bytes: bytes.1)
    }
}

extension RenderedPicture {
    /// What a picture and its planes may take: enough for 16384 x 16384 pixels of three 16-bit channels.
    private static let byteLimit = 1 << 31

    fileprivate static func check(width: Int, height: Int, planes: Int, type: PixelType) throws {
        let perPixel = planes * type.size + 3
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= byteLimit / perPixel else {
            throw OMEZarrError(
                .limitExceeded,
                "cannot render \(width) x \(height) pixels of \(planes) channels at once: choose a region or a coarser level"
            )
        }
    }
}

extension StridedPixels {
    /// The plane `[y, x]` at an index of the first axis.
    fileprivate func plane(_ index: Int) -> StridedPixels {
        StridedPixels(
            base: base + index * strides[0], shape: Array(shape.dropFirst()), strides: Array(strides.dropFirst()),
            type: type)
    }
}
