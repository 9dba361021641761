import OMEZarr
import Zarr

/// A series as a flavour understands it, before it becomes an image: planes counted along time, channel and depth.
struct SeriesDraft {
    var name: String?
    /// The ID of the image in the OME-XML; nil where there is none.
    var omeID: String?
    var times = 1, pageChannels = 1, depths = 1
    /// Finest first; at least one.
    var levels: [PlaneStack]
    var calibration = Calibration()
    /// One for each channel of the image, or fewer where less is known.
    var channels: [Channel] = []
    /// Whether a channel axis is kept though it has one element, because the file names its channel.
    var keepsChannelAxis = false
    /// When and where planes were taken; nil where the file does not say.
    var planeRecord: PlaneRecord?

    /// Axes, levels and channels of the image.
    ///
    /// - Throws: ``TiffError`` with code `.unsupported` where the pixels are none of ours, `.limitExceeded` where there
    ///   are too many channels.
    func description(_ limits: TiffLimits) throws -> ImageDescription {
        let layout = levels[0].layout
        if let reason = layout.unsupported { throw TiffError(.unsupported, reason) }
        guard let type = layout.type else { throw TiffError(.unsupported, "pixels of unknown type") }
        let channelCount = try channelCount(limits)
        var axes = [Axis](), extents = [Int]()
        func add(_ axis: Axis, _ extent: Int) {
            axes.append(axis)
            extents.append(extent)
        }
        if times > 1 { add(.t(unit: calibration.t.unit, spacing: calibration.t.value), times) }
        if channelCount > 1 || keepsChannelAxis { add(.c, channelCount) }
        if depths > 1 { add(.space("z", unit: calibration.z.unit, spacing: calibration.z.value), depths) }
        add(.space("y", unit: calibration.y.unit, spacing: calibration.y.value), layout.height)
        add(.space("x", unit: calibration.x.unit, spacing: calibration.x.value), layout.width)
        guard Product.of(extents + [type.size]) != nil else {
            throw TiffError(.damaged, "the image claims to be \(extents) pixels, more than 63 bits can count")
        }
        let descriptions = levels.map { level(of: $0.layout, axes, extents) }
        return ImageDescription(
            name: name, axes: axes, levels: descriptions, type: type, channels: allChannels(channelCount),
            isRGB: isRGB(type))
    }

    /// Checked before anything is made for each channel: a few bytes of metadata can claim millions.
    private func channelCount(_ limits: TiffLimits) throws -> Int {
        let samples = levels[0].layout.samples
        guard let count = Product.of([pageChannels, samples]), count <= limits.channels else {
            throw TiffError(
                .limitExceeded,
                "the image claims \(pageChannels) channels of \(samples) samples, the limit is \(limits.channels) "
                    + "altogether; correct SizeC, channels or axes in its ImageDescription (tag 270)")
        }
        return count
    }

    /// The shape and place of a level: its pixels are blocks of those of level 0, whose centres lie half a block in.
    private func level(of layout: PageLayout, _ axes: [Axis], _ extents: [Int]) -> ImageDescription.Level {
        let y = axes.count - 2, x = axes.count - 1
        let factors = Self.factors(from: (extents[y], extents[x]), to: (layout.height, layout.width))
        var level = ImageDescription.Level(
            shape: extents, scale: axes.map(\.spacing), translation: [Double](repeating: 0, count: axes.count))
        for (axis, extent, factor) in [(y, layout.height, factors.y), (x, layout.width, factors.x)] {
            level.shape[axis] = extent
            level.translation[axis] = (factor - 1) / 2 * level.scale[axis]
            level.scale[axis] *= factor
        }
        return level
    }

    /// How many pixels one pixel of a level stands for. Sizes of levels are rounded, up or down: the factor meant is
    /// the power of two both axes agree with, since levels halved again and again gather rounding; else the whole number
    /// that the longer axis tells; where that does not fit either, the ratio of the sizes.
    private static func factors(from full: (y: Int, x: Int), to level: (y: Int, x: Int)) -> (y: Double, x: Double) {
        let y = Double(full.y) / Double(level.y), x = Double(full.x) / Double(level.x)
        let ratio = level.y > level.x ? y : x
        func fits(_ factor: Double) -> Bool {
            abs(Double(full.y) / factor - Double(level.y)) < 1 && abs(Double(full.x) / factor - Double(level.x)) < 1
        }
        let powers = (0..<31).map { Double(1 << $0) }.filter { $0 > ratio / 2 && $0 < ratio * 2 }
        guard let factor = (powers + [ratio.rounded()]).first(where: fits) else { return (y, x) }
        return (factor, factor)
    }

    private func isRGB(_ type: PixelType) -> Bool {
        let layout = levels[0].layout
        return [2, 6].contains(layout.photometric) && layout.samples == 3 && pageChannels == 1
            && (type == .uint8 || type == .uint16)
    }

    private func allChannels(_ count: Int) -> [Channel] {
        if channels.count == count { return channels }
        let layout = levels[0].layout
        let isColour = [2, 6].contains(layout.photometric) && layout.samples >= 3
        return (0..<count).map { index in
            let sample = index % layout.samples, page = index / layout.samples
            let known = page < channels.count ? channels[page] : Channel()
            guard isColour else { return layout.samples == 1 ? known : Channel() }
            var channel = Self.colours(sample)
            if pageChannels > 1, let name = known.name, let colour = channel.name { channel.name = "\(name) \(colour)" }
            return channel
        }
    }

    private static func colours(_ sample: Int) -> Channel {
        switch sample {
        case 0: Channel(name: "Red", color: Channel.Color(red: 255, green: 0, blue: 0))
        case 1: Channel(name: "Green", color: Channel.Color(red: 0, green: 255, blue: 0))
        case 2: Channel(name: "Blue", color: Channel.Color(red: 0, green: 0, blue: 255))
        case 3: Channel(name: "Alpha", isActive: false)
        default: Channel(name: "Sample \(sample + 1)", isActive: false)
        }
    }
}
