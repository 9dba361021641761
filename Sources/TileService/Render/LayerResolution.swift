import OMEZarr
import Zarr

/// Fills in what a style leaves to the image: windows and colours.
enum LayerResolution {
    /// - Parameters:
    ///   - plane: the pixels shown, for the range of a channel of which nothing else is known.
    ///   - type: of the pixels of the plane.
    static func layer(
        _ layer: RenderStyle.Layer, _ style: RenderStyle, _ image: ServedImage, _ plane: StridedPixels,
        _ type: PixelType
    ) -> ChannelRenderer.Layer {
        let window = window(layer, image) ?? plane.defaultWindow(type, isLabels: image.description.isLabels)
        return self.layer(layer, style, image, window)
    }

    /// A layer of which the pixels need not be known; nil where they need.
    static func layer(
        _ layer: RenderStyle.Layer, _ style: RenderStyle, _ image: ServedImage
    ) -> ChannelRenderer.Layer? {
        window(layer, image).map { self.layer(layer, style, image, $0) }
    }

    private static func layer(
        _ layer: RenderStyle.Layer, _ style: RenderStyle, _ image: ServedImage, _ window: Channel.Window
    ) -> ChannelRenderer.Layer {
        let isAlone = style.layers.count == 1
        return ChannelRenderer.Layer(
            window: window,
            color: color(layer, style, image.description, isAlone: isAlone), gamma: layer.gamma,
            isInverted: layer.isInverted, map: style.mode == .gray ? nil : layer.map)
    }

    private static func window(_ layer: RenderStyle.Layer, _ image: ServedImage) -> Channel.Window? {
        if let start = layer.start, let end = layer.end { return .init(min: start, max: end, start: start, end: end) }
        let channels = image.shown.channels
        return channels.indices.contains(layer.channel) ? channels[layer.channel].window : nil
    }

    private static func color(
        _ layer: RenderStyle.Layer, _ style: RenderStyle, _ image: ImageDescription, isAlone: Bool
    ) -> Channel.Color {
        let isPhotograph = image.isRGB && image.channelCount == 3
        guard style.mode == .color else {
            return isPhotograph && !isAlone ? brightness[layer.channel] : .white
        }
        if let color = layer.color { return color }
        if image.channels.indices.contains(layer.channel), let color = image.channels[layer.channel].color {
            return color
        }
        return .standard(channel: layer.channel, of: isAlone ? 1 : image.channelCount, isRGB: isPhotograph && !isAlone)
    }

    /// What red, green and blue add to the brightness of a photograph, together 255.
    ///
    /// - Source: ITU-R BT.601-7, section 2.5.1: 0.299, 0.587 and 0.114.
    private static let brightness = [76, 150, 29].map { Channel.Color(red: $0, green: $0, blue: $0) }
}
