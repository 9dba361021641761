public import OMEZarr
public import Zarr

/// An image with all the levels a viewer wants: those it has, and coarser ones that are made when somebody looks at them.
///
/// A level that is made equals the one a conversion would write, pixel for pixel: blocks have no halo. Making a block
/// reads the finer blocks below it, down to a level the image has, each once while the cache remembers it; so the first
/// look at the coarsest level of an image without any reads all of it, in bounded memory.
public final class OnDemandPyramid: ImageSource {
    /// With all levels.
    public let description: ImageDescription
    /// Levels that the image has itself; those behind them are made.
    public let storedLevelCount: Int

    private let source: any ImageSource
    private let method: DownsampleMethod
    /// By what each level reduces the one before it, of levels that are made.
    private let factors: [[Int]]
    private let cache: BlockCache
    private let number: UInt64
    private let lastingName: String?
    /// The order of axes in which blocks of the image's own levels are remembered, where that is not the image's: the
    /// channels last, as they lie in the file.
    private let storedOrder: [Int]?

    /// Sides of the blocks of levels that are made.
    private static let side = 512
    /// Smaller blocks of the source are remembered several at a time.
    private static let leastBytes = 1 << 16

    /// - Parameters:
    ///   - minSize: levels are added until y and x have at most this many elements.
    ///   - cache: where blocks are remembered; may be shared by any number of images.
    ///   - lastingName: what no other pixels are called, another when the file has changed; nil: blocks are not kept beyond
    ///     this process.
    /// - Throws: ``PyramidError`` where the image cannot have levels, as one without axes y and x.
    public init(
        _ source: any ImageSource, minSize: Int = 256, cache: BlockCache, lastingName: String? = nil
    ) throws {
        var image = source.description
        try image.checkConvertible()
        self.source = source
        self.cache = cache
        number = cache.newImage()
        self.lastingName = lastingName
        storedLevelCount = image.levels.count
        storedOrder = image.axes.firstIndex { $0.kind == .channel }.flatMap { channel in
            source.isInterleaved ? image.axes.indices.filter { $0 != channel } + [channel] : nil
        }
        method = image.isLabels || image.type == .bool ? .mode : .mean
        var coarsest = image
        coarsest.levels = [image.levels[image.levels.count - 1]]
        for axis in image.axes.indices { coarsest.axes[axis].spacing = coarsest.levels[0].scale[axis] }
        let geometry = LevelGeometry(of: coarsest, minSize: max(minSize, 1), count: nil)
        factors = Array(geometry.factors.dropFirst())
        for step in factors {
            let finer = image.levels[image.levels.count - 1]
            image.levels.append(
                ImageDescription.Level(
                    shape: zip(finer.shape, step).map { ($0 + $1 - 1) / $1 },
                    scale: zip(finer.scale, step).map { $0 * Double($1) },
                    translation: finer.translation.indices.map {
                        // The centre of a block lies half a block behind the centre of its first element.
                        finer.translation[$0] + finer.scale[$0] * Double(step[$0] - 1) / 2
                    }))
        }
        description = image
    }

    /// The shape of the blocks of a level that are remembered.
    public func naturalReadShape(level: Int) -> [Int] {
        let extent = description.levels[level].shape
        let natural = source.naturalReadShape(level: min(level, storedLevelCount - 1))
        var shape = zip(natural, extent).map { max(1, min($0, $1)) }
        let rank = shape.count
        if level >= storedLevelCount {
            for axis in max(rank - 2, 0)..<rank { shape[axis] = min(Self.side, extent[axis]) }
        } else {
            // Rows first: strips are wide already.
            for axis in [rank - 2, rank - 1] where axis >= 0 {
                while shape.saturatingProduct(times: description.type.size) < Self.leastBytes,
                    shape[axis] < extent[axis]
                {
                    shape[axis] = min(shape[axis] * 2, extent[axis])
                }
            }
        }
        return shape
    }

    /// The identity of the source.
    public var identity: String { get throws { try source.identity } }

    /// As the source.
    public func checkUnchanged() throws { try source.checkUnchanged() }

    /// What the source says.
    public var provenance: JSONValue? { source.provenance }

    /// A reader that reads through the cache.
    public func makeReader() throws -> any RegionReader { Reader(self, isWanted: { true }) }

    /// A reader that gives up between two blocks when nobody wants the pixels any more.
    ///
    /// - Parameter isWanted: asked before each block that has to be made.
    public func makeReader(while isWanted: @escaping @Sendable () -> Bool) -> any RegionReader {
        Reader(self, isWanted: isWanted)
    }

    private func storedOrder(_ level: Int) -> [Int]? { level < storedLevelCount ? storedOrder : nil }

    /// A block as it is remembered, its axes in the order of the image.
    private func inOrder(_ block: StridedPixels, _ level: Int) -> StridedPixels {
        guard let order = storedOrder(level) else { return block }
        return block.permuted(order.indices.map { axis in order.firstIndex(of: axis) ?? axis })
    }

    /// Copies pixels in the order of axes that takes the fewest and longest pieces.
    private func copy(_ source: StridedPixels, to target: StridedPixels) {
        if let storedOrder, let channel = storedOrder.last, target.strides[channel] == target.type.size {
            target.permuted(storedOrder).copy(from: source.permuted(storedOrder))
        } else {
            target.copy(from: source)
        }
    }

    /// Nobody waits for the pixels any more.
    public struct Unwanted: Error {
        package init() {}
    }

    private final class Reader: RegionReader {
        private let image: OnDemandPyramid
        private let isWanted: @Sendable () -> Bool
        private var source: (any RegionReader)?

        init(_ image: OnDemandPyramid, isWanted: @escaping @Sendable () -> Bool) {
            self.image = image
            self.isWanted = isWanted
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            guard image.description.levels.indices.contains(level),
                region.lies(within: image.description.levels[level].shape)
            else {
                throw PyramidError(
                    .invalidOption, "the region leaves level \(level), or there is no such level of the image")
            }
            let blockShape = image.naturalReadShape(level: level)
            for part in region.chunks(of: blockShape) {
                let block = try block(part.index, blockShape, level)
                block.bytes.withUnsafeBytes { raw in
                    guard let base = raw.baseAddress else { return }
                    // Safety: only read from, although views can be written through.
                    let view = image.inOrder(
                        StridedPixels(
                            base: UnsafeMutableRawPointer(mutating: base), shape: block.shape, type: block.type), level)
                    image.copy(view.subview(part.inChunk), to: pixels.subview(part.inRegion))
                }
            }
        }

        private func block(_ index: [Int], _ shape: [Int], _ level: Int) throws -> PixelBuffer {
            try image.cache.block(BlockCache.Key(image: image.number, level: level, index: index)) {
                guard isWanted() else { throw Unwanted() }
                let whole = Region(wholeOf: image.description.levels[level].shape)
                let origin = zip(index, shape).map { $0 * $1 }
                guard let region = Region(origin: origin, shape: shape).intersection(whole) else {
                    throw PyramidError(.invalidOption, "there is no block \(index) in level \(level)")
                }
                let shape = image.storedOrder(level).map { $0.map { region.shape[$0] } } ?? region.shape
                var buffer = PixelBuffer(shape: shape, type: .pixel(image.description.type))
                if level < image.storedLevelCount {
                    let reader = try source ?? image.source.makeReader()
                    source = reader
                    try image.cache.timed {
                        try buffer.withPixels { try reader.read(region, level: level, into: image.inOrder($0, level)) }
                    }
                } else {
                    let kept = image.lastingName.map { "\($0)\n\(level) \(region.origin) \(image.method)" }
                    if let kept, let known = image.cache.folder?.find(kept, shape: region.shape, type: buffer.type) {
                        return known
                    }
                    try buffer.withPixels { try reduce(region, level, into: $0) }
                    if let kept { image.cache.folder?.keep(kept, buffer) }
                }
                return buffer
            }
        }

        /// Makes a part of a level from the finer one.
        private func reduce(_ region: Region, _ level: Int, into pixels: StridedPixels) throws {
            let step = image.factors[level - image.storedLevelCount]
            let finer = image.description.levels[level - 1].shape
            let origin = zip(region.origin, step).map { $0 * $1 }
            let shape = region.shape.indices.map { min(region.shape[$0] * step[$0], finer[$0] - origin[$0]) }
            var buffer = PixelBuffer(shape: shape, type: pixels.type)
            try buffer.withPixels { below in
                try read(Region(origin: origin, shape: shape), level: level - 1, into: below)
                Reduction.run(image.method, image.description.type, below, into: pixels, step: step)
            }
        }
    }
}
