public import OMEZarr
import Zarr

/// Finds contrast windows of channels that have none, by a look at some pixels of the coarsest level there is.
public enum WindowProbe {
    /// Decoded bytes the whole look may cost.
    private static let budget = 16 << 20
    private static let windowSide = 256
    /// Channels that are looked at: nobody shows more.
    private static let mostChannels = 128

    /// The channels of an image, each with a window: its own where it has one, else by percentiles of what was looked at.
    ///
    /// What cannot be read is not looked at; a channel of which nothing was read keeps having no window. The same image
    /// always gives the same windows.
    public static func channels(of source: any ImageSource) -> [Channel] {
        let image = source.description
        var channels = (0..<image.channelCount).map { $0 < image.channels.count ? image.channels[$0] : Channel() }
        if image.isRGB && image.type == .uint8 {
            for index in channels.indices { channels[index].window = .init(min: 0, max: 255, start: 0, end: 255) }
        }
        let missing = channels.indices.filter { channels[$0].window == nil }
        guard !image.isLabels, !missing.isEmpty, let reader = try? source.makeReader() else { return channels }
        for index in missing.prefix(mostChannels) {
            channels[index].window = window(of: index, source, reader, budget: budget / missing.count)
        }
        return channels
    }

    private static func window(
        of channel: Int, _ source: any ImageSource, _ reader: any RegionReader, budget: Int
    ) -> Channel.Window? {
        let image = source.description, level = image.levels.count - 1, rank = image.axes.count
        guard rank >= 2 else { return nil }
        // One channel of one level, as if it were the image.
        var part = image
        part.levels = [image.levels[level]]
        let channelAxis = image.axes.firstIndex { $0.kind == .channel }
        if let channelAxis { part.levels[0].shape[channelAxis] = 1 }
        let natural = source.naturalReadShape(level: level)
        let window = part.shape.indices.map { min($0 < rank - 2 ? 1 : windowSide, part.shape[$0]) }
        let cost = SampleGrid.cost(window, natural: natural, of: part)
        let grid = SampleGrid(
            part.shape, window: window, alignment: window.map { _ in 1 }, most: max(1, min(16, budget / max(cost, 1))))
        part.levels[0].shape = window
        part.channels = []
        var statistics = StatisticsCollector(part), isEmpty = true
        for var region in grid.regions {
            if let channelAxis { region.origin[channelAxis] = channel }
            var pixels = PixelBuffer(shape: region.shape, type: .pixel(image.type))
            guard (try? pixels.withPixels { try reader.read(region, level: level, into: $0) }) != nil else { continue }
            pixels.withPixels { statistics.add($0, at: Region(wholeOf: region.shape)) }
            isEmpty = false
        }
        return isEmpty ? nil : statistics.result()[0].window
    }
}
