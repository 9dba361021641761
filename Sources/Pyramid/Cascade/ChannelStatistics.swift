public import OMEZarr
import Zarr

/// What one channel's pixels look like: their true range, and a sample of them.
public struct ChannelStatistics: Sendable, Hashable {
    /// Smallest and largest value of level 0, NaN and infinities not counted; both 0 where there is no other.
    public let min, max: Double
    /// Values at the points of a regular grid, sorted.
    public let samples: [Double]

    /// The contrast window: the values between which all but 0.1 % of the sample lie on either side, so that a hot
    /// pixel or a speck of dust does not make the image dark; the true range where those are the same, and one value
    /// more where that is a single value.
    public var window: Channel.Window {
        var start = percentile(0.001), end = percentile(0.999)
        if start >= end { (start, end) = (min, max) }
        if start >= end { end = start + 1 }
        return Channel.Window(min: min, max: max, start: start, end: end)
    }

    private func percentile(_ fraction: Double) -> Double {
        guard !samples.isEmpty else { return min }
        return samples[Int((Double(samples.count - 1) * fraction).rounded())]
    }
}

/// Gathers statistics brick by brick; what comes out does not depend on the order or the number of workers.
struct StatisticsCollector: Sendable {
    /// Values sampled in all: 2^18 of a channel make a percentile of 0.1 % exact to 0.02 %; many channels share.
    private static let sampleBudget = 1 << 19

    private static func sampleLimit(_ image: ImageDescription) -> Int {
        min(1 << 18, max(256, sampleBudget / max(image.channelCount, 1)))
    }

    /// Bytes all collectors of a conversion take together: each sample once, merged, and sorted.
    static func bytes(_ image: ImageDescription) -> Int {
        sampleLimit(image).saturatingMultiplied(by: image.channelCount).saturatingMultiplied(by: 3 * 8)
    }

    private let channelAxis: Int?
    private let type: PixelType
    /// Distance of the sample grid's points on each axis.
    private let stride: [Int]
    private var channels: [Gathered]
    /// Channels of which something was gathered: an image may have thousands, a unit has pixels of a few.
    private var touched: Set<Int> = []

    private typealias Gathered = (min: Double, max: Double, samples: [Double])
    private static let nothing: Gathered = (.infinity, -.infinity, [])

    init(_ image: ImageDescription) {
        channelAxis = image.axes.firstIndex { $0.kind == .channel }
        type = image.type
        channels = [Gathered](repeating: Self.nothing, count: image.channelCount)
        stride = Self.stride(image, channelAxis)
    }

    /// Odd distances, so that the grid does not fall into step with tiles and detectors.
    private static func stride(_ image: ImageDescription, _ channelAxis: Int?) -> [Int] {
        var stride = [Int](repeating: 1, count: image.axes.count)
        let axes = image.axes.indices.filter { $0 != channelAxis }
        func points(_ axis: Int) -> Int { (image.shape[axis] + stride[axis] - 1) / stride[axis] }
        let limit = sampleLimit(image)
        while axes.map(points).saturatingProduct() > limit {
            guard let densest = axes.max(by: { points($0) < points($1) }) else { break }
            stride[densest] += 2 * max(1, stride[densest] / 8)
        }
        return stride
    }

    /// Adds the pixels of one region of level 0.
    mutating func add(_ pixels: StridedPixels, at region: Region) {
        guard let channelAxis else { return add(pixels, at: region, channel: 0) }
        for c in 0..<region.shape[channelAxis] {
            var part = Region(wholeOf: region.shape)
            part.origin[channelAxis] = c
            part.shape[channelAxis] = 1
            var place = region
            place.origin[channelAxis] += c
            place.shape[channelAxis] = 1
            add(pixels.subview(part), at: place, channel: place.origin[channelAxis])
        }
    }

    /// Gives what was gathered, and forgets it.
    mutating func take() -> UnitStatistics {
        let seen = touched.sorted().map { channel in
            let gathered = channels[channel]
            channels[channel] = Self.nothing
            return UnitStatistics.Seen(
                channel: channel, min: gathered.min, max: gathered.max, samples: gathered.samples)
        }
        touched.removeAll(keepingCapacity: true)
        return UnitStatistics(channels: seen)
    }

    /// Adds what was gathered elsewhere.
    ///
    /// - Returns: false where it is about channels that the image has not; then nothing is added.
    mutating func add(_ unit: UnitStatistics) -> Bool {
        guard unit.channels.allSatisfy({ channels.indices.contains($0.channel) }) else { return false }
        for seen in unit.channels {
            channels[seen.channel].min = Swift.min(channels[seen.channel].min, seen.min)
            channels[seen.channel].max = Swift.max(channels[seen.channel].max, seen.max)
            channels[seen.channel].samples += seen.samples
        }
        return true
    }

    func result() -> [ChannelStatistics] {
        channels.map { channel in
            let hasValues = channel.min <= channel.max
            return ChannelStatistics(
                min: hasValues ? channel.min : 0, max: hasValues ? channel.max : 0, samples: channel.samples.sorted())
        }
    }

    private mutating func add(_ pixels: StridedPixels, at region: Region, channel: Int) {
        touched.insert(channel)
        let rank = pixels.shape.count
        let width = pixels.shape.last ?? 1
        let height = rank >= 2 ? pixels.shape[rank - 2] : 1, rowStride = rank >= 2 ? pixels.strides[rank - 2] : 0
        let firstY = rank >= 2 ? region.origin[rank - 2] : 0, stepY = rank >= 2 ? stride[rank - 2] : 1
        for plane in GridIndices(Array(pixels.shape.dropLast(2))) {
            let start = pixels.base + zip(plane, pixels.strides).reduce(0) { $0 + $1.0 * $1.1 }
            let isSampled = plane.indices.allSatisfy { axis in
                axis == channelAxis || (region.origin[axis] + plane[axis]) % stride[axis] == 0
            }
            for y in 0..<height {
                let row = start + y * rowStride
                if let range = RangeKernel.run(row, width, type) {
                    channels[channel].min = Swift.min(channels[channel].min, range.min)
                    channels[channel].max = Swift.max(channels[channel].max, range.max)
                }
                if isSampled && (firstY + y) % stepY == 0 {
                    sample(row, width, firstX: region.origin.last ?? 0, channel)
                }
            }
        }
    }

    private mutating func sample(_ row: UnsafeMutableRawPointer, _ width: Int, firstX: Int, _ channel: Int) {
        let step = stride.last ?? 1
        var x = (step - firstX % step) % step
        while x < width {
            let value = RangeKernel.value(row, x, type)
            if value.isFinite { channels[channel].samples.append(value) }
            x += step
        }
    }
}
