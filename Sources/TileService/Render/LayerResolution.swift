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
        let isAlone = style.layers.count == 1
        return ChannelRenderer.Layer(
            window: window(layer, image, plane, type),
            color: color(layer, style, image.description, isAlone: isAlone), gamma: layer.gamma,
            isInverted: layer.isInverted, map: style.mode == .gray ? nil : layer.map)
    }

    private static func window(
        _ layer: RenderStyle.Layer, _ image: ServedImage, _ plane: StridedPixels, _ type: PixelType
    ) -> Channel.Window {
        if let start = layer.start, let end = layer.end { return .init(min: start, max: end, start: start, end: end) }
        let channels = image.shown.channels
        if channels.indices.contains(layer.channel), let window = channels[layer.channel].window { return window }
        return plane.defaultWindow(type, isLabels: image.description.isLabels)
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
