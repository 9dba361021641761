import Zarr

/// `multiscales` and `omero`.
///
/// - Source: OME-Zarr 0.4 and 0.5, "multiscales" and "omero" metadata.
extension MetadataRules {
    mutating func checkImage(_ members: JSONObject, _ pointer: String) {
        guard members["multiscales"] != nil else {
            return error(
                pointer, 21, "there is no \"multiscales\"",
                fix: "add \"multiscales\", or validate the group as what it is")
        }
        let entries = list(members["multiscales"], pointer + "/multiscales", 21, "\"multiscales\"") ?? []
        for (index, entry) in entries.enumerated() { checkMultiscale(entry, "\(pointer)/multiscales/\(index)") }
        if let omero = members["omero"] { checkOmero(omero, pointer + "/omero") }
    }

    private mutating func checkMultiscale(_ value: JSONValue, _ pointer: String) {
        guard let entry = object(value, pointer, 21, "the entry of \"multiscales\"") else { return }
        if version == .v04 {
            checkVersion(entry["version"], pointer + "/version", 28, required: false)
        } else if entry["version"] != nil {
            warning(
                pointer + "/version", 28, "the version belongs to \"ome\" since 0.5", fix: "remove it here", by: .text)
        }
        optionalString(entry["name"], pointer + "/name", 27, "\"name\"")
        for name in ["name", "type", "metadata"] where entry[name] == nil {
            warning(pointer, 27, "there is no \"\(name)\"", fix: "add \"\(name)\" to the entry of \"multiscales\"")
        }
        let rank = checkAxes(entry["axes"], pointer + "/axes")
        if let transformations = entry["coordinateTransformations"] {
            checkTransformations(transformations, rank, pointer + "/coordinateTransformations", 26)
        }
        let datasets = list(entry["datasets"], pointer + "/datasets", 22, "\"datasets\"", unique: false) ?? []
        var paths = Set<String>()
        for (index, dataset) in datasets.enumerated() {
            let pointer = "\(pointer)/datasets/\(index)"
            guard let dataset = object(dataset, pointer, 22, "the dataset") else { continue }
            if let path = string(dataset["path"], pointer + "/path", 22, "\"path\""), !paths.insert(path).inserted {
                error(pointer + "/path", 22, "two levels lie at \"\(path)\"", fix: "list each level once", by: .text)
            }
            checkTransformations(
                dataset["coordinateTransformations"], rank, pointer + "/coordinateTransformations", 24)
        }
    }

    private mutating func checkTransformations(_ value: JSONValue?, _ rank: Int?, _ pointer: String, _ rule: Int) {
        let name = "\"coordinateTransformations\""
        guard let list = list(value, pointer, rule, name, unique: false) else { return }
        var types = [String]()
        for (index, item) in list.enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let transformation = object(item, pointer, rule, "the transformation") else { continue }
            guard let type = transformation["type"]?.string, type == "scale" || type == "translation" else {
                let found = JSONKind.of(transformation["type"])
                error(
                    pointer + "/type", rule, "the transformation's type is \(found)",
                    fix: "use \"scale\" and \"translation\" only")
                continue
            }
            types.append(type)
            checkVector(transformation[type], type, rank, "\(pointer)/\(type)", rule)
        }
        let scales = types.count { $0 == "scale" }
        if scales != 1 && !list.isEmpty {
            error(pointer, rule, "there are \(scales) scales", fix: "write exactly one scale")
        }
        if types.count - scales > 1 {
            error(pointer, rule, "there is more than one translation", fix: "add them up into one", by: .text)
        }
        if types.first == "translation" && scales > 0 {
            error(pointer, rule, "a translation comes before the scale", fix: "write the scale first", by: .text)
        }
    }

    private mutating func checkVector(
        _ value: JSONValue?, _ type: String, _ rank: Int?, _ pointer: String, _ rule: Int
    ) {
        let numbers = value?.array?.compactMap(\.double) ?? []
        guard let count = value?.array?.count, numbers.count == count, count >= 2 else {
            return error(
                pointer, rule, "\"\(type)\" is \(JSONKind.of(value)), not a list of at least two numbers",
                fix: "write one number for each axis")
        }
        if let rank, rank != count {
            error(
                pointer, rule, "\"\(type)\" has \(count) numbers for \(rank) axes",
                fix: "write one number for each axis",
                by: .text)
        }
        if type == "scale", !numbers.allSatisfy({ $0 > 0 && $0.isFinite }) {
            warning(
                pointer, rule, "a scale is not a positive number", fix: "write the distance between pixels, or 1.0",
                by: .text)
        }
    }
}

/// The parts of `omero`.
extension MetadataRules {
    private mutating func checkOmero(_ value: JSONValue, _ pointer: String) {
        guard let omero = object(value, pointer, 50, "\"omero\"") else { return }
        guard let channels = omero["channels"]?.array else {
            return error(
                pointer + "/channels", 50, "\"channels\" is \(JSONKind.of(omero["channels"])), not a list",
                fix: "list the channels, or remove \"omero\"")
        }
        for (index, channel) in channels.enumerated() {
            let pointer = "\(pointer)/channels/\(index)"
            if let channel = object(channel, pointer, 50, "the channel") { checkChannel(channel, pointer) }
        }
    }

    private mutating func checkChannel(_ channel: JSONObject, _ pointer: String) {
        // Demanded by the text of both versions, but only the schema of 0.4 looks.
        let authority: Finding.Authority = version == .v04 ? .schema : .text
        for name in ["color", "window"] where channel[name] == nil {
            error(pointer, 51, "the channel has no \"\(name)\"", fix: "add \"\(name)\"", by: authority)
        }
        for name in ["label", "family", "color"] {
            optionalString(channel[name], "\(pointer)/\(name)", 50, "\"\(name)\"")
        }
        if let active = channel["active"], active.bool == nil {
            error(
                pointer + "/active", 50, "\"active\" is \(JSONKind.of(active)), not true or false",
                fix: "write true or false")
        }
        if let color = channel["color"]?.string,
            color.utf8.count != 6 || Channel.Color(hexadecimal: color) == nil || color.hasPrefix("#")
        {
            error(
                pointer + "/color", 50, "\"\(color.prefix(40))\" is not a colour",
                fix: "write six hexadecimal digits without \"#\"", by: .text)
        }
        guard let window = channel["window"].flatMap({ object($0, pointer + "/window", 50, "\"window\"") }) else {
            return
        }
        for name in ["min", "max", "start", "end"] where window[name]?.number == nil {
            error(
                "\(pointer)/window/\(name)", 50, "\"\(name)\" is \(JSONKind.of(window[name])), not a number",
                fix: "write min, max, start and end of the window as numbers")
        }
    }
}
