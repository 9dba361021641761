import OMEZarr
import Pyramid
import Zarr

/// Makes one picture of an image: which part, and how it is shown.
package struct RenderJob: Sendable {
    private let image: ServedImage
    package let frame: RenderFrame
    package let style: RenderStyle
    private let source: FrameSource

    /// - Throws: ``ServiceError`` with status 400 where the picture would be too large, or too much would have to be
    ///   read for it.
    package init(_ image: ServedImage, _ frame: RenderFrame, _ style: RenderStyle) throws {
        try frame.check()
        self.image = image
        self.frame = frame
        self.style = style
        source = try FrameSource(frame, of: image.description) { factors in
            style.layers.count * Self.planes(style, image.description, factors).count
        }
    }

    /// Whether the channels are the red, green and blue of a photograph.
    var isPhotograph: Bool { image.description.isRGB }

    /// Another text for every other picture of the image.
    var key: String {
        "\(frame.x) \(frame.y) \(frame.width) \(frame.height) \(frame.columns) \(frame.rows) \(style.key)"
    }

    /// The picture.
    ///
    /// - Parameter isWanted: asked now and then; where it says no, ``OnDemandPyramid/Unwanted`` is thrown.
    /// - Throws: what reading the pixels throws.
    package func picture(while isWanted: @escaping @Sendable () -> Bool = { true }) throws -> RenderedPicture {
        let reader = PlaneReader(image, level: source.level, t: style.t, while: isWanted)
        let isLabels = image.description.isLabels && style.mode == .color
        let picture = try isLabels ? labels(reader) : layers(reader)
        guard let columns = source.columns, let rows = source.rows else { return picture }
        let resampler = PictureResampler(columns: columns, rows: rows)
        return isLabels ? resampler.pick(picture) : resampler.resample(picture)
    }

    private func labels(_ reader: PlaneReader) throws -> RenderedPicture {
        let type = image.description.type
        var plane = PixelBuffer(shape: [source.height, source.width], type: .pixel(type))
        let renderer = LabelRenderer(type: type, colors: image.description.labelDetails.colors)
        return try plane.withPixels { view in
            let z = Self.planes(style, image.description, source.factors).lowerBound
            try reader.read(channel: 0, z: z, x: source.x, y: source.y, into: view)
            return try RenderedPicture(width: source.width, height: source.height, layout: .rgba8) {
                try renderer.render(view, into: $0)
            }
        }
    }

    private func layers(_ reader: PlaneReader) throws -> RenderedPicture {
        let type = style.stack == nil ? image.description.type : .float64
        let area = source.height * source.width
        var planes = PixelBuffer(shape: [style.layers.count, source.height, source.width], type: .pixel(type))
        return try planes.withPixels { view in
            let views = style.layers.indices.map { number in
                StridedPixels(
                    base: view.base + number * area * type.size, shape: [source.height, source.width],
                    type: view.type)
            }
            for (layer, target) in zip(style.layers, views) {
                if let stack = style.stack {
                    try project(reader, layer.channel, stack.method, into: target)
                } else {
                    let z = Self.planes(style, image.description, source.factors).lowerBound
                    try reader.read(channel: layer.channel, z: z, x: source.x, y: source.y, into: target)
                }
            }
            let renderer = try ChannelRenderer(
                type: type, layers: zip(style.layers, views).map { LayerResolution.layer($0, style, image, $1, type) })
            return try RenderedPicture(width: source.width, height: source.height, layout: renderer.layout) {
                try renderer.render(views, into: $0)
            }
        }
    }

    private func project(
        _ reader: PlaneReader, _ channel: Int, _ method: PlaneProjection.Method, into target: StridedPixels
    ) throws {
        let type = image.description.type
        var projection = PlaneProjection(method, type: type, count: target.count)
        var plane = PixelBuffer(shape: target.shape, type: .pixel(type))
        for z in Self.planes(style, image.description, source.factors) {
            try plane.withPixels { view in
                try reader.read(channel: channel, z: z, x: source.x, y: source.y, into: view)
                projection.add(view)
            }
        }
        projection.result().withUnsafeBytes { target.base.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }

    /// The planes of a level that are shown, at least one.
    private static func planes(
        _ style: RenderStyle, _ image: ImageDescription, _ factors: [Double]
    ) -> ClosedRange<Int> {
        let factor = image.axis("z").map { factors[$0] } ?? 1
        let wanted = style.stack?.planes ?? style.z...style.z
        return Int(Double(wanted.lowerBound) / factor)...Int(Double(wanted.upperBound) / factor)
    }
}

extension RenderedPicture {
    /// A picture whose pixels somebody writes, every one of them.
    fileprivate init(
        width: Int, height: Int, layout: PNGEncoder.PixelLayout, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        let count = width * height * layout.bytesPerPixel
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try body(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
            filled = count
        }
        self.init(width: width, height: height, layout: layout, bytes: bytes)
    }
}
