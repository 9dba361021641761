/// What somebody who knows better says of an image: its name, its channels, its sizes. What is nil or empty stays.
public struct ImageChanges: Sendable, Hashable {
    /// How far apart elements lie on an axis.
    public struct Spacing: Sendable, Hashable {
        /// Distance, positive and finite.
        public var value: Double
        /// A UDUNITS name such as `micrometer`.
        public var unit: String

        /// A distance in a unit.
        public init(_ value: Double, unit: String) {
            self.value = value
            self.unit = unit
        }
    }

    /// The values shown as black and as full colour.
    public struct Contrast: Sendable, Hashable {
        public var start, end: Double

        /// A contrast; `start` is less than `end`.
        public init(start: Double, end: Double) {
            self.start = start
            self.end = end
        }
    }

    /// The image's name.
    public var name: String?
    /// One name for each channel.
    public var channelNames: [String]?
    /// One colour for each channel.
    public var channelColors: [Channel.Color]?
    /// Contrasts by the index of the channel.
    public var contrasts: [Int: Contrast] = [:]
    /// Distances by the name of the axis.
    public var spacings: [String: Spacing] = [:]

    /// From well below an atom to well beyond a continent, in any unit; what lies outside is a slip of the hand.
    private static let plausible = 1e-12...1e12

    /// No changes.
    public init() {}

    /// True where everything stays.
    public var isEmpty: Bool { self == ImageChanges() }

    /// Refuses changes that the image has no place for.
    ///
    /// - Throws: ``OMEZarrError`` with code `.invalidCall`.
    public func check(for image: ImageDescription) throws {
        for (count, what) in [(channelNames?.count, "channel names"), (channelColors?.count, "channel colours")] {
            guard let count, count != image.channelCount else { continue }
            let known = image.channels.enumerated().map { $1.name ?? "channel \($0)" }.joined(separator: ", ")
            throw OMEZarrError(
                .invalidCall,
                "the number of \(what) is \(count), but the image has \(image.channelCount) channels"
                    + (known.isEmpty ? "" : " (\(known))") + ": give one for each")
        }
        for (channel, contrast) in contrasts.sorted(by: { $0.key < $1.key }) {
            guard (0..<image.channelCount).contains(channel) else {
                throw OMEZarrError(
                    .invalidCall, "there is no channel \(channel): the image has \(image.channelCount), counted from 0")
            }
            guard contrast.start < contrast.end, contrast.start.isFinite, contrast.end.isFinite else {
                throw OMEZarrError(
                    .invalidCall,
                    "the window of channel \(channel), \(contrast.start) to \(contrast.end), must rise")
            }
        }
        for (name, spacing) in spacings.sorted(by: { $0.key < $1.key }) {
            guard let axis = image.axis(name) else {
                throw OMEZarrError(
                    .invalidCall,
                    "cannot set the spacing of the \(name) axis: the image has none, only "
                        + image.axes.map(\.name).joined(separator: ", "))
            }
            guard Self.plausible.contains(spacing.value) else {
                throw OMEZarrError(
                    .invalidCall,
                    "the spacing of the \(name) axis, \(spacing.value) \(spacing.unit), is no distance between pixels: give "
                        + "a number above 0 in a unit that fits it")
            }
            let old = image.levels[0].scale[axis]
            guard old != 0, old.isFinite else {
                throw OMEZarrError(
                    .invalidCall, "the scale of the \(name) axis is \(old): the levels cannot be scaled along with it")
            }
        }
    }

    /// The image as it is described after the changes; levels keep their places relative to level 0.
    ///
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where the image has no place for a change.
    public func applied(to image: ImageDescription) throws -> ImageDescription {
        try check(for: image)
        var changed = image
        changed.name = name ?? image.name
        if channelNames != nil || channelColors != nil || !contrasts.isEmpty {
            changed.channels = ImageMetadata.complete(image.channels, image.channelCount)
        }
        for index in changed.channels.indices {
            if let channelNames { changed.channels[index].name = channelNames[index] }
            if let channelColors { changed.channels[index].color = channelColors[index] }
            guard let contrast = contrasts[index] else { continue }
            changed.channels[index].window = contrast.window(within: changed.channels[index].window)
        }
        for (name, spacing) in spacings {
            guard let axis = image.axis(name) else { continue }
            changed.axes[axis].spacing = spacing.value
            changed.axes[axis].unit = spacing.unit
            let base = image.levels[0].scale[axis]
            for level in changed.levels.indices {
                changed.levels[level].scale[axis] = spacing.scaled(image.levels[level].scale[axis], from: base)
                changed.levels[level].translation[axis] = spacing.scaled(
                    image.levels[level].translation[axis], from: base)
            }
        }
        return changed
    }
}

extension ImageChanges.Spacing {
    /// A distance measured in old spacings, in new ones. Divides first: what comes out then is a small whole number or a
    /// half as a rule, and no digit is lost.
    func scaled(_ distance: Double, from old: Double) -> Double { distance / old * value }
}

extension ImageChanges.Contrast {
    /// The window that shows these values; its controls reach as far as before, and at least to them.
    func window(within range: Channel.Window?) -> Channel.Window {
        Channel.Window(
            min: Swift.min(range?.min ?? start, start), max: Swift.max(range?.max ?? end, end), start: start, end: end)
    }
}
