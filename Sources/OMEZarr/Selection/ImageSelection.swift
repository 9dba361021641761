import Zarr

/// A part of an image seen as an image: a box of its pixels, and some of its channels in any order.
///
/// The part lies in space and time where it lay: its translation is what was cut off before it. It has one level, since
/// a box need not begin where a pixel of a coarser level does.
public struct ImageSelection: ImageSource {
    /// What the part is: axes, the one level, type, channels.
    public let description: ImageDescription
    private let source: any ImageSource
    /// The box in level 0 of the source; all of the channel axis.
    public let box: Region
    /// The channel of the source behind each channel; nil where they are the same.
    public let channels: [Int]?

    /// A part of an image.
    ///
    /// - Parameters:
    ///   - ranges: the elements of level 0 to keep, by the name of the axis; any axis but that of channels. An axis of
    ///     which one element is kept stays.
    ///   - channels: indices of the channels to keep, in the order wanted; nil: all.
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where a range is empty or leaves its axis, an axis or channel
    ///   does not exist, or a channel is named twice.
    public init(_ source: any ImageSource, ranges: [String: Range<Int>] = [:], channels: [Int]? = nil) throws {
        let image = source.description
        var box = Region(wholeOf: image.shape)
        for (name, range) in ranges.sorted(by: { $0.key < $1.key }) {
            guard let axis = image.axis(name) else {
                // An image without the axis is one element thick.
                guard range == 0..<1 else { throw Self.missing(name, range, image) }
                continue
            }
            try Self.check(range, name, extent: image.shape[axis])
            box.origin[axis] = range.lowerBound
            box.shape[axis] = range.count
        }
        if let channels { try Self.check(channels, image) }
        self.source = source
        self.box = box
        self.channels = channels == Array(0..<image.channelCount) ? nil : channels
        description = Self.part(of: image, box, self.channels)
    }

    private static func part(of image: ImageDescription, _ box: Region, _ channels: [Int]?) -> ImageDescription {
        var part = image
        part.levels = [image.levels[0]]
        part.levels[0].shape = box.shape
        for axis in image.axes.indices {
            part.levels[0].translation[axis] += Double(box.origin[axis]) * image.levels[0].scale[axis]
        }
        guard let channels else { return part }
        if let axis = image.axes.firstIndex(where: { $0.kind == .channel }) {
            part.levels[0].shape[axis] = channels.count
        }
        part.channels = channels.map { $0 < image.channels.count ? image.channels[$0] : Channel() }
        part.isRGB = false
        return part
    }

    /// The block of the source where the part begins with a whole one. Elsewhere every block of the part is cut at its
    /// rim, so that only many at once are read with little waste: as many as make 1,024 pixels on y and x.
    public func naturalReadShape(level: Int) -> [Int] {
        let natural = source.naturalReadShape(level: 0), axes = description.axes
        return axes.indices.map { axis in
            let extent = description.shape[axis]
            if axes[axis].kind == .channel { return natural[axis] > 1 ? extent : 1 }
            if box.origin[axis] % natural[axis] == 0 { return min(natural[axis], extent) }
            let isPlanar = axis >= axes.count - 2
            return min(isPlanar ? max(1, 1024 / natural[axis]) * natural[axis] : natural[axis], extent)
        }
    }

    /// What a reader of the source takes.
    public func readerBytes(level: Int) -> Int { source.readerBytes(level: 0) }

    /// That of the source.
    public var maximumReaders: Int { source.maximumReaders }

    /// As the source sees it.
    public func checkUnchanged() throws { try source.checkUnchanged() }

    /// That of the source, with the part that is taken of it.
    public var identity: String {
        get throws { try "\(source.identity) \(box.origin) \(box.shape) \(channels ?? [])" }
    }

    /// A reader for one worker.
    public func makeReader() throws -> any RegionReader {
        Reader(
            reader: try source.makeReader(), box: box, channels: channels,
            channelAxis: description.axes.firstIndex { $0.kind == .channel })
    }

    private final class Reader: RegionReader {
        private let reader: any RegionReader
        private let box: Region
        private let channels: [Int]?
        private let channelAxis: Int?

        init(reader: any RegionReader, box: Region, channels: [Int]?, channelAxis: Int?) {
            self.reader = reader
            self.box = box
            self.channels = channels
            self.channelAxis = channelAxis
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            var extent = box.shape
            if let channelAxis, let channels { extent[channelAxis] = channels.count }
            guard level == 0, region.lies(within: extent) else {
                throw OMEZarrError(
                    .invalidCall,
                    "the region from \(region.origin) of shape \(region.shape) on level \(level) leaves the part of the "
                        + "image, which has one level of shape \(extent)")
            }
            var place = region
            for axis in extent.indices { place.origin[axis] += box.origin[axis] }
            guard let channelAxis, let channels else { return try reader.read(place, level: 0, into: pixels) }
            // Channels that follow one another in the source are read at once: they may lie in the same blocks.
            var part = Region(wholeOf: region.shape)
            let wanted = channels[region.origin[channelAxis]..<region.end(channelAxis)]
            for run in Self.runs(Array(wanted)) {
                place.origin[channelAxis] = run.lowerBound
                place.shape[channelAxis] = run.count
                part.shape[channelAxis] = run.count
                try reader.read(place, level: 0, into: pixels.subview(part))
                part.origin[channelAxis] += run.count
            }
        }

        private static func runs(_ indices: [Int]) -> [Range<Int>] {
            indices.reduce(into: []) { runs, index in
                if let last = runs.last, last.upperBound == index {
                    runs[runs.count - 1] = last.lowerBound..<index + 1
                } else {
                    runs.append(index..<index + 1)
                }
            }
        }
    }
}

extension ImageSelection {
    private static func missing(_ name: String, _ range: Range<Int>, _ image: ImageDescription) -> OMEZarrError {
        OMEZarrError(
            .invalidCall,
            "cannot take \(range.lowerBound):\(range.upperBound) of the \(name) axis: the image has none, only "
                + image.axes.map(\.name).joined(separator: ", "))
    }

    private static func check(_ range: Range<Int>, _ name: String, extent: Int) throws {
        guard !range.isEmpty else {
            throw OMEZarrError(
                .invalidCall, "the range \(range.lowerBound):\(range.upperBound) of the \(name) axis is empty")
        }
        guard range.lowerBound >= 0, range.upperBound <= extent else {
            throw OMEZarrError(
                .invalidCall,
                "the range \(range.lowerBound):\(range.upperBound) leaves the \(name) axis, which has \(extent) elements, "
                    + "0:\(extent)")
        }
    }

    private static func check(_ channels: [Int], _ image: ImageDescription) throws {
        guard !channels.isEmpty, Set(channels).count == channels.count else {
            throw OMEZarrError(.invalidCall, "the channels \(channels) must be at least one, and each named once")
        }
        for channel in channels where !(0..<image.channelCount).contains(channel) {
            throw OMEZarrError(
                .invalidCall, "there is no channel \(channel): the image has \(image.channelCount), counted from 0")
        }
    }
}

extension ImageDescription {
    /// The channel that an index or a name stands for.
    ///
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` that lists the names there are, where it is none or the name
    ///   of several.
    public func channel(_ text: String) throws -> Int {
        if let index = Int(text), (0..<channelCount).contains(index) { return index }
        let found = channels.indices.filter { channels[$0].name == text }
        if found.count == 1 { return found[0] }
        let known = channels.compactMap(\.name).map { "\"\($0)\"" }
        throw OMEZarrError(
            .invalidCall,
            (found.isEmpty ? "there is no channel \"\(text)\"" : "several channels are called \"\(text)\"")
                + ": the image has \(channelCount), counted from 0"
                + (known.isEmpty ? "" : ", called \(known.joined(separator: ", "))"))
    }
}
