public import Zarr

/// Which plane of an image to show.
public struct PlaneSelection: Sendable, Hashable {
    /// The level; 0 is the finest.
    public var level: Int
    /// First column and row, in pixels of the level.
    public var x, y: Int
    /// Columns and rows; nil reaches to the edge.
    public var width, height: Int?
    /// Index on the z axis, in planes of the level; nil shows the middle one.
    public var z: Int?
    /// Index on the time axis; nil shows the first one.
    public var t: Int?
    /// Channels to show; nil shows the active ones.
    public var channels: [Int]?

    /// A selection; without arguments the whole first plane of level 0.
    public init(
        level: Int = 0, x: Int = 0, y: Int = 0, width: Int? = nil, height: Int? = nil, z: Int? = nil, t: Int? = nil,
        channels: [Int]? = nil
    ) {
        self.level = level
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        self.z = z
        self.t = t
        self.channels = channels
    }
}

extension PlaneSelection {
    /// The channels to read: those asked for, else the active ones, else all.
    ///
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where the image has no such channel.
    public func channels(in description: ImageDescription) throws -> [Int] {
        let count = description.channelCount
        guard let channels else {
            guard count <= ImageMetadata.largestChannelCount else {
                throw OMEZarrError(.limitExceeded, "the image has \(count) channels: choose those to show")
            }
            let active = description.channels.indices.filter { description.channels[$0].isActive && $0 < count }
            return active.isEmpty ? Array(0..<count) : active
        }
        for channel in channels where !(0..<count).contains(channel) {
            throw OMEZarrError(
                .invalidCall, "there is no channel \(channel): the image has channels 0 to \(count - 1)")
        }
        return channels
    }

    /// The region of the level that holds the selected plane of a channel: one element on every axis but y and x.
    ///
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where the selection leaves the image or the image has no y
    ///   and x axis.
    public func region(channel: Int, in description: ImageDescription) throws -> Region {
        guard description.levels.indices.contains(level) else {
            throw OMEZarrError(
                .invalidCall, "there is no level \(level): the image has levels 0 to \(description.levels.count - 1)")
        }
        let extent = description.levels[level].shape
        guard description.axis("y") != nil, description.axis("x") != nil else {
            throw OMEZarrError(.invalidCall, "cannot show an image without axes named \"y\" and \"x\"")
        }
        if let t, t != 0, !description.axes.contains(where: { $0.kind == .time }) {
            throw OMEZarrError(.invalidCall, "there is no time \(t): the image has no axis of time")
        }
        if let z, z != 0, description.axis("z") == nil {
            throw OMEZarrError(.invalidCall, "there is no plane \(z): the image has no axis \"z\"")
        }
        var region = Region(origin: extent.map { _ in 0 }, shape: extent.map { _ in 1 })
        for (index, axis) in description.axes.enumerated() {
            switch (axis.name, axis.kind) {
            case ("x", _): try set(index, x, width ?? max(extent[index] &- x, 0), extent, "x", &region)
            case ("y", _): try set(index, y, height ?? max(extent[index] &- y, 0), extent, "y", &region)
            case (_, .channel): try set(index, channel, 1, extent, "channel", &region)
            case (_, .time): try set(index, t ?? 0, 1, extent, axis.name, &region)
            case ("z", _): try set(index, z ?? extent[index] / 2, 1, extent, "z", &region)
            default: try set(index, 0, 1, extent, axis.name, &region)
            }
        }
        return region
    }

    private func set(
        _ axis: Int, _ origin: Int, _ count: Int, _ extent: [Int], _ name: String, _ region: inout Region
    ) throws {
        guard origin >= 0, count > 0, origin < extent[axis], count <= extent[axis] - origin else {
            let asked = count == 1 ? "\(origin)" : "\(origin) to \(origin.addingReportingOverflow(count).partialValue)"
            throw OMEZarrError(
                .invalidCall,
                "\(name) \(asked) lies outside level \(level), which has \(extent[axis]) on that axis: choose from 0 to \(extent[axis])"
            )
        }
        region.origin[axis] = origin
        region.shape[axis] = count
    }
}

extension ImageDescription {
    /// How a channel is shown: its window and colour, or what stands in for them.
    ///
    /// - Parameters:
    ///   - channel: index on the channel axis.
    ///   - plane: the pixels shown, for the range where the channel has no window.
    ///   - alone: whether no other channel is shown; then a channel without a colour is white.
    func layer(_ channel: Int, showing plane: StridedPixels, alone: Bool) -> ChannelRenderer.Layer {
        let known = channels.indices.contains(channel) ? channels[channel] : Channel()
        let color =
            known.color ?? .standard(channel: channel, of: alone ? 1 : channelCount, isRGB: isRGB && !alone)
        let window = known.window ?? plane.defaultWindow(type, isLabels: isLabels)
        return ChannelRenderer.Layer(window: window, color: color)
    }
}

extension StridedPixels {
    /// The range a plane is shown in where its channel has no window.
    package func defaultWindow(_ type: PixelType, isLabels: Bool) -> Channel.Window {
        if type == .bool { return .init(min: 0, max: 1, start: 0, end: 1) }
        if type == .uint8 && !isLabels { return .init(min: 0, max: 255, start: 0, end: 255) }
        let (low, high) = ValueRange.of(self, type)
        return .init(min: low, max: high, start: isLabels ? 0 : low, end: high)
    }
}
