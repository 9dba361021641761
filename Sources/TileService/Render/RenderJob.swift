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
        let picture = try isLabels ? labels(reader) : photograph(reader) ?? layers(reader)
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

    /// Whether the samples of a pixel are shown as they are: a slide with its own windows and colours.
    private var showsSamples: Bool {
        get throws {
            let layers = style.layers.compactMap { LayerResolution.layer($0, style, image) }
            guard style.stack == nil, layers.count == 3, style.layers.map(\.channel) == [0, 1, 2] else { return false }
            return try ChannelRenderer(type: image.description.type, layers: layers).isPhotograph
        }
    }

    /// The picture as the JPEG that a TIFF stores, where it is one tile shown as it is, and not stored finer than asked
    /// for; else nil.
    func storedJPEG(quality: Int) throws -> [UInt8]? {
        guard source.columns == nil, source.rows == nil, let tiff = image.tiff, try showsSamples else { return nil }
        let reader = PlaneReader(image, level: source.level, t: style.t, while: { true })
        let z = Self.planes(style, image.description, source.factors).lowerBound
        let region = reader.region(
            channels: 0..<3, z: z, x: source.x, y: source.y, width: source.width, height: source.height)
        return try tiff.storedPicture(region, level: source.level, quality: quality)
    }

    /// The pixels as they are, where that is how they are shown; else nil.
    ///
    /// Slides are mostly this: their samples go from the decoder to the encoder without being taken apart, which took a
    /// fifth of the time of a tile.
    private func photograph(_ reader: PlaneReader) throws -> RenderedPicture? {
        guard try showsSamples else { return nil }
        let z = Self.planes(style, image.description, source.factors).lowerBound
        return try RenderedPicture(width: source.width, height: source.height, layout: .rgb8) { bytes in
            guard let base = bytes.baseAddress else { return }
            // Safety: the bytes are those of so many pixels of three samples.
            let pixels = StridedPixels(
                base: base, shape: [3, source.height, source.width], strides: [1, 3 * source.width, 3],
                type: .pixel(image.description.type))
            try reader.read(channels: 0..<3, z: z, x: source.x, y: source.y, into: pixels)
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
            if let stack = style.stack {
                for (layer, target) in zip(style.layers, views) {
                    try project(reader, layer.channel, stack.method, into: target)
                }
            } else {
                let z = Self.planes(style, image.description, source.factors).lowerBound
                for run in style.channelRuns {
                    let target = StridedPixels(
                        base: views[run.lowerBound].base, shape: [run.count, source.height, source.width],
                        type: view.type)
                    let first = style.layers[run.lowerBound].channel
                    try reader.read(
                        channels: first..<first + run.count, z: z, x: source.x, y: source.y, into: target)
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
