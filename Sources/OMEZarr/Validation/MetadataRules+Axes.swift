import Zarr

/// `axes`.
///
/// - Source: OME-Zarr 0.4 to 0.6, "axes" metadata; 0.6 has them in "coordinateSystems".
extension MetadataRules {
    /// Checks the axes.
    ///
    /// - Parameter ofImage: whether they are those of an image, which have an order.
    /// - Returns: how many there are; nil where that cannot be said.
    mutating func checkAxes(_ value: JSONValue?, _ pointer: String, ofImage: Bool = true) -> Int? {
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
            if version == .v06 { checkAxis06(axis, pointer) }
        }
        let types = axes.map { $0["type"]?.string }
        if version == .v06 { checkComposition06(types, pointer) } else { checkComposition(types, axes, pointer) }
        if ofImage { checkOrder(types, pointer) }
        return axes.count
    }

    /// What 0.6 says of an axis, and earlier versions do not.
    private mutating func checkAxis06(_ axis: JSONObject, _ pointer: String) {
        if axis["name"]?.string == "" {
            error(pointer + "/name", 10, "the name is empty", fix: "name the axis")
        }
        optionalString(axis["longName"], pointer + "/longName", 13, "\"longName\"")
        if let discrete = axis["discrete"], discrete.bool == nil {
            error(
                pointer + "/discrete", 13, "\"discrete\" is \(JSONKind.of(discrete)), not true or false",
                fix: "write true or false")
        }
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
                fix: "write a UDUNITS name or remove it", by: version == .v06 ? .schema : .text)
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

    /// How many axes of each type there are.
    private mutating func checkComposition(_ types: [String?], _ axes: [JSONValue], _ pointer: String) {
        let spaces = types.count { $0 == "space" }, times = types.count { $0 == "time" }
        // The schemas count an axis without a type as one of space, and none whose unit is no string; the text does not.
        let counted = axes.count { axis in
            axis.object != nil && (axis["type"] == nil || axis["type"] == "space")
                && ["name", "unit"].allSatisfy { axis[$0] == nil || axis[$0]?.string != nil }
        }
        if !(2...3).contains(counted) {
            let isMiscounted = (2...3).contains(spaces)
            error(
                pointer, 15,
                isMiscounted
                    ? "the JSON schema counts \(counted) axes of space: one without a type is, one with a strange unit is not"
                    : "there are \(spaces) axes of space",
                fix: isMiscounted ? "give every axis a type" : "an image has 2 or 3 axes of type space")
        } else if !(2...3).contains(spaces) {
            error(
                pointer, 15, "there are \(spaces) axes of space", fix: "give 2 or 3 axes the type space", by: .text)
        }
        checkSingles(times, types.count - spaces - times, pointer)
    }

    /// How many axes of each type there are in 0.6: two or three of space, or those of an array.
    private mutating func checkComposition06(_ types: [String?], _ pointer: String) {
        let spaces = types.count { $0 == "space" }, arrays = types.count { $0 == "array" }
        let times = types.count { $0 == "time" }
        if (2...3).contains(spaces) == (arrays >= 2) {
            error(
                pointer, 15, "there are \(spaces) axes of space and \(arrays) of an array",
                fix: "give a coordinate system 2 or 3 axes of type space, or only axes of type array")
        }
        checkSingles(times, types.count - spaces - times - arrays, pointer)
    }

    private mutating func checkSingles(_ times: Int, _ others: Int, _ pointer: String) {
        if times > 1 {
            error(pointer, 15, "there are \(times) axes of time", fix: "an image has at most one", by: .text)
        }
        if others > 1 {
            error(
                pointer, 15, "there are \(others) axes that are neither space nor time",
                fix: "an image has at most one channel axis or one of a custom type", by: .text)
        }
    }

    private mutating func checkOrder(_ types: [String?], _ pointer: String) {
        let ranks = types.map { type in
            switch type {
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
