import OMEZarr

/// How pixels become a picture: which planes and channels, and how each is shown.
package struct RenderStyle: Sendable, Hashable {
    /// Whether channels have their colours.
    package enum Mode: String, Sendable, CaseIterable { case color, gray }

    /// Planes that are put on top of one another.
    package struct Stack: Sendable, Hashable {
        package var method: PlaneProjection.Method
        /// Planes of level 0.
        package var planes: ClosedRange<Int>

        package init(method: PlaneProjection.Method, planes: ClosedRange<Int>) {
            self.method = method
            self.planes = planes
        }
    }

    /// How one channel is shown; what is nil is as the image says.
    package struct Layer: Sendable, Hashable {
        package var channel: Int
        /// The values that become black and full colour.
        package var start, end: Double?
        package var color: Channel.Color?
        package var map: ColorMap?
        package var gamma = 1.0
        package var isInverted = false

        package init(channel: Int) { self.channel = channel }
    }

    /// The plane of level 0; counts where there is no stack.
    package var z: Int
    package var t: Int
    /// Nil: one plane.
    package var stack: Stack?
    /// The channels shown, at least one, in ascending order.
    package var layers: [Layer]
    package var mode = Mode.color

    /// The image as it is shown at first: the middle of its planes, the first time, the active channels.
    package init(_ image: ImageDescription) {
        z = image.axis("z").map { image.shape[$0] / 2 } ?? 0
        t = 0
        let active = (0..<image.channelCount).lazy
            .filter { !image.channels.indices.contains($0) || image.channels[$0].isActive }
            .prefix(RenderLimits.channels)
        layers = (active.isEmpty ? [0] : Array(active)).map { Layer(channel: $0) }
    }

    /// The plane and the time.
    var plane: (z: Int, t: Int) { (z, t) }

    /// The layers in runs of channels that follow one another: the samples of a pixel lie together in many files, and
    /// are decoded together.
    var channelRuns: [Range<Int>] {
        var runs = [Range<Int>]()
        for number in layers.indices {
            if let last = runs.last, layers[number].channel == layers[last.upperBound - 1].channel + 1 {
                runs[runs.count - 1] = last.lowerBound..<number + 1
            } else {
                runs.append(number..<number + 1)
            }
        }
        return runs
    }

    /// Another text for every other style.
    var key: String {
        let layers = layers.map { layer in
            let color = layer.color?.hexadecimal ?? "", map = layer.map?.name ?? ""
            let window = [layer.start, layer.end].map { $0.map { "\($0)" } ?? "" }.joined(separator: ":")
            return "\(layer.channel),\(window),\(color),\(map),\(layer.gamma),\(layer.isInverted)"
        }
        let planes = stack.map { "\($0.method):\($0.planes)" } ?? "\(z)"
        return "\(planes) \(t) \(mode) \(layers.joined(separator: " "))"
    }
}
