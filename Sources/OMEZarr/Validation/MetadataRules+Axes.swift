import Zarr

/// `axes`.
///
/// - Source: OME-Zarr 0.4 and 0.5, "axes" metadata.
extension MetadataRules {
    /// Checks the axes.
    ///
    /// - Returns: how many there are; nil where that cannot be said.
    mutating func checkAxes(_ value: JSONValue?, _ pointer: String) -> Int? {
        guard let axes = list(value, pointer, 9, "\"axes\"") else { return nil }
        if !(2...5).contains(axes.count) {
            error(pointer, 14, "there are \(axes.count) axes", fix: "an image has 2 to 5 axes")
        }
        var names = Set<String>()
        for (index, axis) in axes.enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let axis = object(axis, pointer, 10, "the axis") else { continue }
            if let name = string(axis["name"], pointer + "/name", 10, "\"name\""), !names.insert(name).inserted {
                error(
                    pointer + "/name", 10, "two axes are named \"\(name)\"", fix: "give each axis its own name",
                    by: .text)
            }
            checkAxisType(axis, pointer)
        }
        checkComposition(axes.map { $0["type"] }, pointer)
        return axes.count
    }

    private mutating func checkAxisType(_ axis: JSONObject, _ pointer: String) {
        optionalString(axis["type"], pointer + "/type", 19, "\"type\"")
        let type = axis["type"]?.string
        if axis["type"] == nil {
            warning(pointer, 11, "the axis has no \"type\"", fix: "write space, time or channel", by: .text)
        }
        guard let unit = axis["unit"] else { return }
        guard let unit = unit.string else {
            return error(
                pointer + "/unit", 12, "\"unit\" is \(JSONKind.of(unit)), not a string",
                fix: "write a UDUNITS name or remove it", by: .text)
        }
        let known: Bool =
            switch type {
            case "space": PhysicalUnit.lengthSymbols[unit] != nil
            case "time": PhysicalUnit.timeSymbols[unit] != nil
            default: true
            }
        if !known {
            warning(
                pointer + "/unit", 12, "\"\(unit.prefix(40))\" is not a unit of \(type ?? "this axis")",
                fix: "write a UDUNITS name such as micrometer or second", by: .text)
        }
    }

    /// How many axes of each type there are, and in which order.
    private mutating func checkComposition(_ types: [JSONValue?], _ pointer: String) {
        let spaces = types.count { $0?.string == "space" }
        let untyped = types.count { $0 == nil }
        let times = types.count { $0?.string == "time" }
        let others = types.count - spaces - times
        // The schemas count an axis without a type as one of space; the text does not.
        if spaces + untyped < 2 || spaces > 3 {
            error(pointer, 15, "there are \(spaces) axes of space", fix: "an image has 2 or 3 axes of type space")
        } else if spaces < 2 {
            error(
                pointer, 15, "there are \(spaces) axes of space", fix: "give 2 or 3 axes the type space", by: .text)
        } else if spaces + untyped > 3 {
            warning(
                pointer, 15, "validators that use the JSON schema count an axis without a type as one of space",
                fix: "give every axis a type", by: .text)
        }
        if times > 1 {
            error(pointer, 15, "there are \(times) axes of time", fix: "an image has at most one", by: .text)
        }
        if others > 1 {
            error(
                pointer, 15, "there are \(others) axes that are neither space nor time",
                fix: "an image has at most one channel axis or one of a custom type", by: .text)
        }
        let ranks = types.map { type in
            switch type?.string {
            case "time": 0
            case "space": 2
            default: 1
            }
        }
        if ranks != ranks.sorted() {
            error(
                pointer, 16, "the axes are not in the order time, channel or custom, space",
                fix: "transpose the arrays and list the axes as in t, c, z, y, x", by: .text)
        }
    }
}
