public import Zarr

extension ImageChanges {
    /// One thing that became another.
    public struct Difference: Sendable, Hashable {
        /// What changed, such as "the name of channel 1".
        public var what: String
        /// What it was and is, as a reader would write it; empty where there was nothing.
        public var before, after: String
    }

    /// The attributes of an image's group after the changes. Members that are not changed stay as they were written.
    ///
    /// - Parameters:
    ///   - attributes: of OME-Zarr 0.4 or 0.5.
    ///   - image: what they describe.
    /// - Returns: the attributes, and what differs.
    /// - Throws: ``OMEZarrError``: `.invalidCall` where the image has no place for a change, `.unsupported` where its
    ///   levels are placed by more than scales and translations.
    public func applied(
        to attributes: JSONValue, of image: OMEZarrImage
    ) throws -> (attributes: JSONValue, differences: [Difference]) {
        try check(for: image.description)
        let ome = OMEAttributes(attributes)
        var edit = AttributeEdit(members: ome.members, image: image)
        edit.rename(name)
        try edit.changeChannels(self)
        for (axis, spacing) in spacings.sorted(by: { $0.key < $1.key }) { try edit.rescale(axis, spacing) }
        guard ome.pointer.isEmpty else {
            var changed = attributes
            changed["ome"] = .object(edit.members)
            return (changed, edit.differences)
        }
        return (.object(edit.members), edit.differences)
    }
}

/// The OME members of an image's attributes while they are changed.
private struct AttributeEdit {
    var members: JSONObject
    let image: OMEZarrImage
    var differences: [ImageChanges.Difference] = []

    /// The first entry of `multiscales`: the image.
    private var entry: JSONValue {
        get { members["multiscales"]?[0] ?? [:] }
        set {
            guard var list = members["multiscales"]?.array, !list.isEmpty else { return }
            list[0] = newValue
            members["multiscales"] = .array(list)
        }
    }

    private mutating func note(_ what: String, _ before: String?, _ after: String) {
        if before != after { differences.append(.init(what: what, before: before ?? "", after: after)) }
    }

    mutating func rename(_ name: String?) {
        guard let name else { return }
        note("the name", image.description.name, name)
        entry["name"] = .string(name)
        if members["omero"]?["name"] != nil { members["omero"]?["name"] = .string(name) }
    }

    mutating func changeChannels(_ changes: ImageChanges) throws {
        guard changes.channelNames != nil || changes.channelColors != nil || !changes.contrasts.isEmpty else { return }
        let count = image.description.channelCount
        if (members["omero"]?["channels"]?.array ?? []).count != count {
            // There is no list of all channels yet: it is written as a conversion would.
            let written = OMEAttributes(image.metadata.attributes(.v04)).members["omero"]
            var omero = members["omero"] ?? written ?? [:]
            omero["channels"] = written?["channels"]
            members["omero"] = omero
        }
        guard var channels = members["omero"]?["channels"]?.array else {
            throw OMEZarrError(.unsupported, "the image is one of labels, which have no channels to name or colour")
        }
        for index in channels.indices {
            let place = "of channel \(index)"
            if let name = changes.channelNames?[index] {
                note("the name \(place)", channels[index]["label"]?.string, name)
                channels[index]["label"] = .string(name)
            }
            if let color = changes.channelColors?[index].hexadecimal {
                note("the colour \(place)", channels[index]["color"]?.string, color)
                channels[index]["color"] = .string(color)
            }
            if let contrast = changes.contrasts[index] { show(contrast, &channels[index], place, index) }
        }
        members["omero"]?["channels"] = .array(channels)
    }

    private mutating func show(
        _ contrast: ImageChanges.Contrast, _ channel: inout JSONValue, _ place: String, _ index: Int
    ) {
        let old = image.description.channels[index].window
        let new = contrast.window(within: old)
        let before = old.map { "\(number($0.start)) to \(number($0.end))" }
        note("the window \(place)", before, "\(number(new.start)) to \(number(new.end))")
        var window = channel["window"] ?? [:]
        for (name, value, known) in [
            ("min", new.min, old?.min), ("max", new.max, old?.max), ("start", new.start, old?.start),
            ("end", new.end, old?.end),
        ] where window[name] == nil || value != known { window[name] = number(value) }
        channel["window"] = window
    }

    /// Whole numbers have no fraction where the pixels have none.
    private func number(_ value: Double) -> JSONValue {
        if !image.description.type.isFloat, let whole = Int64(exactly: value) { return JSONValue(whole) }
        return JSONValue(value)
    }

    /// Sets the spacing of level 0 and scales all levels with it, wherever the file has their scales and translations.
    mutating func rescale(_ name: String, _ spacing: ImageChanges.Spacing) throws {
        guard let axis = image.description.axis(name), var axes = entry["axes"]?.array, axes.indices.contains(axis),
            axes[axis].object != nil, var datasets = entry["datasets"]?.array
        else { throw cannot("its axes are written as before 0.4, or as in 0.6") }
        let old = image.description.levels[0].scale[axis], unit = axes[axis]["unit"]?.string
        note(
            "the spacing of \(name)", "\(old)" + (unit.map { " \($0)" } ?? ""), "\(spacing.value) \(spacing.unit)")
        axes[axis]["unit"] = .string(spacing.unit)
        for level in datasets.indices {
            let list = datasets[level]["coordinateTransformations"]?.array ?? []
            guard list.contains(where: { $0["type"]?.string == "scale" }) else {
                throw cannot("level \(level) has no scale")
            }
            datasets[level]["coordinateTransformations"] = .array(
                try list.map { try scaled($0, axis, old, spacing, scales: true) })
        }
        entry["axes"] = .array(axes)
        entry["datasets"] = .array(datasets)
        // Those of the whole image apply after the levels': its scale is a factor and stays, its translation is a place.
        guard let whole = entry["coordinateTransformations"]?.array else { return }
        entry["coordinateTransformations"] = .array(
            try whole.map { try scaled($0, axis, old, spacing, scales: false) })
    }

    private func scaled(
        _ transformation: JSONValue, _ axis: Int, _ old: Double, _ spacing: ImageChanges.Spacing, scales: Bool
    ) throws -> JSONValue {
        guard let type = transformation["type"]?.string, type == "scale" || type == "translation" else {
            if transformation["type"]?.string == "identity" { return transformation }
            throw cannot("it is placed by a transformation of type \(transformation["type"]?.string ?? "unknown")")
        }
        guard type == "translation" || scales else { return transformation }
        guard var numbers = transformation[type]?.array, numbers.indices.contains(axis),
            let value = numbers[axis].double
        else { throw cannot("its \(type) is no list of numbers") }
        numbers[axis] = value == 0 ? numbers[axis] : JSONValue(spacing.scaled(value, from: old))
        var changed = transformation
        changed[type] = .array(numbers)
        return changed
    }

    private func cannot(_ reason: String) -> OMEZarrError {
        OMEZarrError(
            .unsupported, "cannot change the spacing of the image at \(image.key): \(reason); copy it to 0.5 first",
            key: image.key)
    }
}
