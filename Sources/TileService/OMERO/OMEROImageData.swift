import OMEZarr
import Zarr

/// What `imgData` says of an image.
///
/// - Source: omero-web, `webgateway.marshal.imageMarshal`.
enum OMEROImageData {
    static func document(_ image: ServedImage) -> JSONValue {
        let description = image.shown, size = image.size(), style = RenderStyle(description)
        var scaling: JSONValue = [:]
        for level in description.levels.indices {
            scaling["\(level)"] = JSONValue(1 / FrameSource.factors(level, of: description)[image.x])
        }
        return [
            "id": .string(image.id),
            "meta": [
                "imageName": .string(image.name), "imageDescription": "", "imageId": .string(image.id),
                "pixelsType": .string(pixelsType(description.type)),
            ],
            "size": [
                "width": JSONValue(size.width), "height": JSONValue(size.height), "z": JSONValue(image.extent("z")),
                "t": JSONValue(extent(description, .time)), "c": JSONValue(description.channelCount),
            ],
            "pixel_size": [
                "x": micrometers(description, "x"), "y": micrometers(description, "y"),
                "z": micrometers(description, "z"),
            ],
            "pixel_range": range(description.type), "channels": .array(channels(description)),
            "tiles": true, "tile_size": ["width": JSONValue(OMEROFrame.side), "height": JSONValue(OMEROFrame.side)],
            "levels": JSONValue(description.levels.count), "zoomLevelScaling": scaling, "init_zoom": 0,
            "rdefs": [
                "model": "color", "projection": "normal", "defaultZ": JSONValue(style.z), "defaultT": 0,
                "invertAxis": false,
            ],
            "perms": ["canAnnotate": false, "canEdit": false, "canDelete": false, "canLink": false],
        ]
    }

    private static func channels(_ image: ImageDescription) -> [JSONValue] {
        (0..<min(image.channelCount, 4096)).map { number in
            let channel = image.channels.indices.contains(number) ? image.channels[number] : Channel()
            let color = channel.color ?? .standard(channel: number, of: image.channelCount, isRGB: image.isRGB)
            var report: JSONValue = [
                "label": .string(channel.name ?? "\(number)"), "color": .string(color.hexadecimal),
                "active": .bool(channel.isActive), "inverted": false, "reverseIntensity": false, "family": "linear",
                "coefficient": 1, "emissionWave": channel.emissionWavelength.map { JSONValue($0) } ?? .null,
            ]
            if let window = channel.window {
                report["window"] = [
                    "min": JSONValue(window.min), "max": JSONValue(window.max), "start": JSONValue(window.start),
                    "end": JSONValue(window.end),
                ]
            }
            return report
        }
    }

    private static func extent(_ image: ImageDescription, _ kind: Axis.Kind) -> Int {
        image.axes.firstIndex { $0.kind == kind }.map { image.shape[$0] } ?? 1
    }

    /// Null where the image does not say.
    private static func micrometers(_ image: ImageDescription, _ name: String) -> JSONValue {
        guard let axis = image.axis(name), let meters = image.axes[axis].unit.flatMap(PhysicalUnit.meters) else {
            return .null
        }
        return JSONValue(image.levels[0].scale[axis] * (meters * 1e6))
    }

    /// OMERO's name of a type.
    private static func pixelsType(_ type: PixelType) -> String {
        switch type {
        case .bool: "bit"
        case .float16, .float32: "float"
        case .float64: "double"
        default: type.rawValue
        }
    }

    private static func range(_ type: PixelType) -> JSONValue {
        guard type.isInteger, type.size < 8 else { return [0, 1] }
        let bits = 8 * type.size
        return type.isSigned
            ? [JSONValue(-(1 << (bits - 1))), JSONValue((1 << (bits - 1)) - 1)] : [0, JSONValue((1 << bits) - 1)]
    }
}
