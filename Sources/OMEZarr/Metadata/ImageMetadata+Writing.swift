public import Zarr

extension ImageMetadata {
    /// The attributes of the image's group: the whole of `.zattrs` in 0.4, `attributes` of `zarr.json` in 0.5.
    ///
    /// An image of red, green and blue carries `"rgb": true` in `multiscales[0].metadata`, whose content the
    /// specification leaves to the writer: an export uses it to interleave the samples again.
    public func attributes(_ version: OMEZarrVersion) -> JSONValue {
        var document = JSONObject()
        if version == .v05 { document["version"] = .string(version.rawValue) }
        document["multiscales"] = .array([multiscale(version)])
        if isLabels {
            document["image-label"] = labelDetails.json(version)
        } else {
            document["omero"] = omero(version)
        }
        return version == .v04 ? .object(document) : ["ome": .object(document)]
    }

    private func multiscale(_ version: OMEZarrVersion) -> JSONValue {
        var entry = JSONObject()
        if version == .v04 { entry["version"] = .string(version.rawValue) }
        entry["name"] = name.map { .string($0) }
        entry["axes"] = .array(axes.map(\.json))
        entry["datasets"] = .array(datasets.map(\.json))
        entry["type"] = downsampling.map { .string($0.type) }
        let notes = notes
        entry["metadata"] = notes.isEmpty ? nil : .object(notes)
        return .object(entry)
    }

    private var notes: JSONObject {
        var notes = JSONObject()
        notes["method"] = downsampling?.method.map { .string($0) }
        notes["version"] = downsampling?.version.map { .string($0) }
        notes["rounding"] = downsampling?.rounding.map { .string($0) }
        if isRGB { notes["rgb"] = true }
        return notes
    }

    private func omero(_ version: OMEZarrVersion) -> JSONValue {
        var document = JSONObject()
        document["name"] = name.map { .string($0) }
        if version == .v04 { document["version"] = .string(version.rawValue) }
        document["channels"] = .array(channels.indices.map { channel($0) })
        document["rdefs"] = [
            "defaultT": JSONValue(defaultT), "defaultZ": JSONValue(defaultZ),
            "model": channels.count > 1 ? "color" : "greyscale",
        ]
        return .object(document)
    }

    private func channel(_ index: Int) -> JSONValue {
        let channel = channels[index]
        let color = channel.color ?? .standard(channel: index, of: channels.count, isRGB: isRGB)
        let window = channel.window ?? .whole(of: type)
        var document = JSONObject()
        document["active"] = .bool(channel.isActive)
        document["coefficient"] = 1
        document["color"] = .string(color.hexadecimal)
        document["family"] = "linear"
        document["inverted"] = false
        document["label"] = .string(channel.name ?? (channels.count == 1 ? name ?? "Channel 0" : "Channel \(index)"))
        document["window"] = [
            "min": number(window.min), "max": number(window.max), "start": number(window.start),
            "end": number(window.end),
        ]
        // OMERO's own names for the wavelengths; readers of "omero" ignore members they do not know.
        document["emissionWave"] = channel.emissionWavelength.map { JSONValue($0) }
        document["excitationWave"] = channel.excitationWavelength.map { JSONValue($0) }
        return .object(document)
    }

    /// A bound of a window; whole numbers have no fraction where the pixels have none.
    private func number(_ value: Double) -> JSONValue {
        guard value.isFinite else { return 0 }
        if !type.isFloat, let whole = Int64(exactly: value) { return JSONValue(whole) }
        return JSONValue(value)
    }
}

extension Channel.Window {
    /// All values integers of up to 16 bits can have, and 0 to 1 for other types, whose true range must be measured.
    static func whole(of type: PixelType) -> Channel.Window {
        let (low, high): (Double, Double) =
            switch type {
            case .int8: (-128, 127)
            case .uint8: (0, 255)
            case .int16: (-32768, 32767)
            case .uint16: (0, 65535)
            case .int32, .int64, .uint32, .uint64, .bool, .float16, .float32, .float64: (0, 1)
            }
        return .init(min: low, max: high, start: low, end: high)
    }
}

extension Axis {
    var json: JSONValue {
        var document: JSONObject = ["name": .string(name)]
        document["type"] = kind.name.map { .string($0) }
        document["unit"] = unit.map { .string($0) }
        return .object(document)
    }
}

extension Axis.Kind {
    /// The `type` of an axis; nil where it has none.
    var name: String? {
        switch self {
        case .time: "time"
        case .channel: "channel"
        case .space: "space"
        case .custom(let name): name
        }
    }

    /// The kind from an axis' `type`.
    init(name: String?) {
        switch name {
        case "time": self = .time
        case "channel": self = .channel
        case "space": self = .space
        default: self = .custom(name)
        }
    }
}

extension ImageMetadata.Dataset {
    var json: JSONValue {
        var transformations: [JSONValue] = [["type": "scale", "scale": .array(scale.map { JSONValue($0) })]]
        if translation.contains(where: { $0 != 0 }) {
            transformations.append(
                ["type": "translation", "translation": .array(translation.map { JSONValue($0) })])
        }
        return ["path": .string(path), "coordinateTransformations": .array(transformations)]
    }
}
