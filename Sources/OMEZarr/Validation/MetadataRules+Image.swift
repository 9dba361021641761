import Zarr

/// `multiscales`.
///
/// - Source: OME-Zarr 0.4 to 0.6, "multiscales" metadata.
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
        if version == .v06 { return checkSystems(entry, pointer) }
        let rank = checkAxes(entry["axes"], pointer + "/axes")
        if let transformations = entry["coordinateTransformations"] {
            checkTransformations(transformations, rank, pointer + "/coordinateTransformations", 26)
        }
        checkDatasets(entry["datasets"], pointer + "/datasets") { rules, dataset, pointer in
            rules.checkTransformations(
                dataset["coordinateTransformations"], rank, pointer + "/coordinateTransformations", 24)
        }
    }

    /// Checks the list of levels, and each with what the version says of its place.
    mutating func checkDatasets(
        _ value: JSONValue?, _ pointer: String,
        _ checkPlace: (inout MetadataRules, _ dataset: JSONObject, _ pointer: String) -> Void
    ) {
        let datasets = list(value, pointer, 22, "\"datasets\"", unique: false) ?? []
        var paths = Set<String>()
        for (index, dataset) in datasets.enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let dataset = object(dataset, pointer, 22, "the dataset") else { continue }
            if let path = string(dataset["path"], pointer + "/path", 22, "\"path\""), !paths.insert(path).inserted {
                error(pointer + "/path", 22, "two levels lie at \"\(path)\"", fix: "list each level once", by: .text)
            }
            checkPlace(&self, dataset, pointer)
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
