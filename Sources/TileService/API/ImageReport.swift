import OMEZarr
import Zarr

/// What the service says of an image in JSON.
enum ImageReport {
    /// The entry of a list.
    ///
    /// - Parameter place: where it lies in its item; nil where it is all of it.
    static func short(_ image: ServedImage, _ place: Membership?) -> JSONValue {
        let description = image.description, id = Percent.encoded(image.id), size = image.size()
        var report: JSONValue = [
            "id": .string(image.id), "name": .string(image.name),
            "kind": .string(description.isLabels ? "labels" : "image"),
            "zarr": .string("/zarr/\(id)/"), "thumbnail": .string("/api/images/\(id)/thumbnail"),
            "view": .string("/view/\(id)"),
            "axes": .array(description.axes.map { .string($0.name) }), "shape": JSONValue(description.shape),
            "type": .string("\(description.type)"), "width": JSONValue(size.width), "height": JSONValue(size.height),
            "levels": JSONValue(description.levels.count), "isRGB": .bool(description.isRGB),
        ]
        if let place { report["collection"] = place.report }
        return report
    }

    /// All about an image.
    static func full(_ image: ServedImage, _ place: Membership?) -> JSONValue {
        let description = image.shown
        var report = short(image, place)
        report["version"] = .string(image.version)
        report["axes"] = .array(description.axes.map(axis))
        report["levels"] = .array(
            description.levels.enumerated().map { number, level in
                [
                    "shape": JSONValue(level.shape), "scale": .array(level.scale.map { JSONValue($0) }),
                    "translation": .array(level.translation.map { JSONValue($0) }),
                    "stored": .bool(number < image.pyramid.storedLevelCount),
                ]
            })
        report["channels"] = .array(
            description.channels.enumerated().map { number, one in channel(one, number, description) })
        report["labels"] = .array(image.labels.map { .string($0) })
        return report
    }

    private static func axis(_ axis: Axis) -> JSONValue {
        var report: JSONValue = ["name": .string(axis.name)]
        switch axis.kind {
        case .space: report["type"] = "space"
        case .time: report["type"] = "time"
        case .channel: report["type"] = "channel"
        case .custom: break
        }
        if let unit = axis.unit { report["unit"] = .string(unit) }
        return report
    }

    private static func channel(_ channel: Channel, _ number: Int, _ image: ImageDescription) -> JSONValue {
        let color = channel.color ?? .standard(channel: number, of: image.channelCount, isRGB: image.isRGB)
        var report: JSONValue = [
            "index": JSONValue(number), "name": .string(channel.name ?? "Channel \(number + 1)"),
            "color": .string(color.hexadecimal), "active": .bool(channel.isActive),
        ]
        if let window = channel.window {
            report["window"] = [
                "min": JSONValue(window.min), "max": JSONValue(window.max), "start": JSONValue(window.start),
                "end": JSONValue(window.end),
            ]
        }
        if let wavelength = channel.emissionWavelength { report["emissionWavelength"] = JSONValue(wavelength) }
        return report
    }
}
