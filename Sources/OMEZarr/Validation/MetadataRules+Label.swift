import Zarr

/// `image-label` and `labels`.
///
/// - Source: OME-Zarr 0.4 to 0.6, "labels" metadata.
extension MetadataRules {
    mutating func checkLabel(_ members: JSONObject, _ pointer: String) {
        guard let value = members["image-label"] else {
            // The schema of 0.4 accepts a group without it; that of 0.5 does not.
            if version != .v04 { error(pointer, 55, "there is no \"image-label\"", fix: "add \"image-label\"") }
            return
        }
        let pointer = pointer + "/image-label"
        guard let label = object(value, pointer, 55, "\"image-label\"") else { return }
        if version == .v04 { checkVersion(label["version"], pointer + "/version", 58, required: false) }
        if let colors = label["colors"] {
            checkColors(colors, pointer + "/colors")
        } else {
            warning(pointer, 55, "there are no \"colors\"", fix: "list the colours of the labels")
        }
        if let properties = label["properties"] { checkProperties(properties, pointer + "/properties") }
        if let source = label["source"], let source = object(source, pointer + "/source", 57, "\"source\"") {
            optionalString(source["image"], pointer + "/source/image", 57, "\"image\"")
        }
    }

    private mutating func checkColors(_ value: JSONValue, _ pointer: String) {
        var values = Set<Double>()
        for (index, item) in (list(value, pointer, 55, "\"colors\"") ?? []).enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let color = object(item, pointer, 55, "the colour") else { continue }
            checkLabelValue(color, pointer, &values)
            guard let rgba = color["rgba"] else { continue }
            let components = (rgba.array ?? []).compactMap(\.double).filter {
                (0...255).contains($0) && $0 == $0.rounded()
            }
            if components.count != 4 || rgba.array?.count != 4 {
                error(
                    pointer + "/rgba", 55, "\"rgba\" is not four integers from 0 to 255",
                    fix: "write red, green, blue and alpha")
            }
        }
    }

    private mutating func checkLabelValue(_ color: JSONObject, _ pointer: String, _ values: inout Set<Double>) {
        guard let value = color["label-value"]?.double else {
            let found = JSONKind.of(color["label-value"])
            return error(
                pointer + "/label-value", 55, "\"label-value\" is \(found), not a number",
                fix: "write the value of the label's pixels")
        }
        if value != value.rounded() {
            error(
                pointer + "/label-value", 55, "the label \(value) is not an integer", fix: "write an integer", by: .text
            )
        }
        if !values.insert(value).inserted {
            let fix = "give each label one colour; readers use the last"
            if version == .v04 {
                error(pointer + "/label-value", 55, "the label \(value) has two colours", fix: fix, by: .text)
            } else {
                warning(pointer + "/label-value", 55, "the label \(value) has two colours", fix: fix, by: .text)
            }
        }
    }

    private mutating func checkProperties(_ value: JSONValue, _ pointer: String) {
        for (index, item) in (list(value, pointer, 56, "\"properties\"") ?? []).enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let property = object(item, pointer, 56, "the entry of \"properties\"") else { continue }
            _ = integer(property["label-value"], pointer + "/label-value", 56, "\"label-value\"")
        }
    }

    /// The list of label images; no schema speaks of it.
    mutating func checkLabelList(_ members: JSONObject, _ pointer: String) {
        guard let labels = members["labels"]?.array, labels.allSatisfy({ $0.string != nil }) else {
            return error(
                pointer + "/labels", 53, "\"labels\" is not a list of paths", fix: "list the paths of the label images",
                by: .text)
        }
    }
}
