import Zarr

/// Coordinate systems, and where the levels of an image lie in them.
///
/// - Source: OME-Zarr 0.6, "coordinateSystems" and "multiscales" metadata.
extension MetadataRules {
    /// Checks what an entry of `multiscales` says of space.
    mutating func checkSystems(_ entry: JSONObject, _ pointer: String) {
        if entry["axes"] != nil {
            warning(
                pointer + "/axes", 30, "axes belong to a coordinate system since 0.6", fix: "remove \"axes\" here",
                by: .text)
        }
        let systems = checkCoordinateSystems(entry["coordinateSystems"], pointer + "/coordinateSystems", ofImage: true)
        var intrinsic: String?
        checkDatasets(entry["datasets"], pointer + "/datasets") { rules, dataset, pointer in
            let pointer = pointer + "/coordinateTransformations"
            guard let name = rules.checkPlace(of: dataset, pointer, systems) else { return }
            if let intrinsic, intrinsic != name {
                rules.error(
                    pointer + "/0/output/name", 32, "the level lies in \"\(name)\", others in \"\(intrinsic)\"",
                    fix: "place all levels in one coordinate system", by: .text)
            }
            intrinsic = intrinsic ?? name
        }
        checkGraph(entry["coordinateTransformations"], pointer, systems, intrinsic)
    }

    /// Checks a list of coordinate systems.
    ///
    /// - Parameter ofImage: whether they are those of an image, which has one at least; of a scene otherwise.
    /// - Returns: how many axes each has; nil for those whose axes are malformed.
    mutating func checkCoordinateSystems(_ value: JSONValue?, _ pointer: String, ofImage: Bool) -> [String: Int?] {
        guard let entries = ofImage ? list(value, pointer, 30, "\"coordinateSystems\"", unique: false) : value?.array
        else {
            if !ofImage {
                error(pointer, 74, "\"coordinateSystems\" is \(JSONKind.of(value)), not a list", fix: "list them")
            }
            return [:]
        }
        var systems = [String: Int?]()
        for (index, entry) in entries.enumerated() {
            let pointer = "\(pointer)/\(index)"
            guard let system = object(entry, pointer, 30, "the coordinate system") else { continue }
            let name = string(system["name"], pointer + "/name", 30, "\"name\"")
            let rank = checkAxes(system["axes"], pointer + "/axes", ofImage: ofImage)
            guard let name else { continue }
            if name.isEmpty { error(pointer + "/name", 30, "the name is empty", fix: "name the coordinate system") }
            if systems.updateValue(rank, forKey: name) != nil {
                error(
                    pointer + "/name", 30, "two coordinate systems are named \"\(name)\"",
                    fix: "give each its own name", by: .text)
            }
        }
        return systems
    }

    /// Checks the one transformation of a level.
    ///
    /// - Returns: the name of the coordinate system it leads to.
    private mutating func checkPlace(
        of dataset: JSONObject, _ pointer: String, _ systems: [String: Int?]
    ) -> String? {
        let name = "\"coordinateTransformations\""
        guard let list = list(dataset["coordinateTransformations"], pointer, 31, name) else { return nil }
        if list.count > 1 {
            error(pointer, 31, "there are \(list.count) transformations", fix: "write one; a sequence holds two")
        }
        let pointer = pointer + "/0"
        guard let first = list.first, let transformation = object(first, pointer, 31, "the transformation") else {
            return nil
        }
        let system = checkPlaceEnds(transformation, dataset["path"]?.string, pointer)
        if let system, systems[system] == nil {
            error(
                pointer + "/output/name", 32, "there is no coordinate system \"\(system)\"",
                fix: "use the name of one that is listed, or list it", by: .text)
        }
        checkPlacing(transformation, pointer, rank: system.flatMap { systems[$0] ?? nil })
        return system
    }

    /// The path of the level, and the name of the coordinate system.
    private mutating func checkPlaceEnds(
        _ transformation: JSONObject, _ level: String?, _ pointer: String
    ) -> String? {
        let input = object(transformation["input"], pointer + "/input", 32, "\"input\"")
        let output = object(transformation["output"], pointer + "/output", 32, "\"output\"")
        for (end, side, demanded) in [(input, "input", "path"), (output, "output", "name")] {
            guard let end else { continue }
            for member in ["name", "path"] {
                optionalString(end[member], "\(pointer)/\(side)/\(member)", 32, "\"\(member)\"")
                if (end[member] != nil) == (member == demanded) { continue }
                if member == demanded {
                    error("\(pointer)/\(side)", 32, "there is no \"\(member)\"", fix: "add \"\(member)\"")
                } else {
                    warning(
                        "\(pointer)/\(side)/\(member)", 32, "there is a \"\(member)\" that is of no use here",
                        fix: "remove it", by: .text)
                }
            }
        }
        if let path = input?["path"]?.string, let level, path != level {
            error(
                pointer + "/input/path", 32, "the path is \"\(path)\", that of the level \"\(level)\"",
                fix: "write the path of the level", by: .text)
        }
        return output?["name"]?.string
    }

    /// A scale, an identity, or a scale followed by a translation.
    private mutating func checkPlacing(_ transformation: JSONObject, _ pointer: String, rank: Int?) {
        switch transformation["type"]?.string {
        case "scale", "identity": checkTransformation(.object(transformation), pointer, rank: rank)
        case "sequence":
            optionalString(transformation["name"], pointer + "/name", 37, "\"name\"")
            checkPair(transformation["transformations"], pointer + "/transformations", rank: rank)
        case let type:
            // To the schema, what has no type is an identity, unless it has the numbers of a scale.
            let isIdentity = transformation["type"] == nil && transformation["scale"] == nil
            error(
                pointer + "/type", 31, "the type is \(type.map { "\"\($0.prefix(40))\"" } ?? "no string")",
                fix: "place levels by a scale, an identity, or a sequence of scale and translation",
                by: isIdentity ? .text : .schema)
        }
    }

    private mutating func checkPair(_ value: JSONValue?, _ pointer: String, rank: Int?) {
        var types = [String?]()
        for (index, part) in (value?.array ?? []).enumerated() {
            var part = part
            let pointer = "\(pointer)/\(index)"
            if part.object != nil, part["type"] == nil {
                // The schema tells the two by their numbers.
                part["type"] = part["scale"] == nil ? "translation" : "scale"
                error(pointer, 37, "there is no \"type\"", fix: "write scale or translation", by: .text)
            }
            checkTransformation(part, pointer, rank: rank)
            types.append(part["type"]?.string)
        }
        if types.count != 2 || types.contains(where: { $0 != "scale" && $0 != "translation" }) {
            error(
                pointer, 31, "the sequence is not a scale and a translation", fix: "write a scale, then a translation")
        } else if types != ["scale", "translation"] {
            error(
                pointer, 31, "the sequence is not a scale, then a translation",
                fix: "write a scale, then a translation", by: .text)
        }
    }
}

/// Transformations between coordinate systems.
extension MetadataRules {
    /// Checks the transformations of an image, and that they connect its coordinate systems.
    private mutating func checkGraph(
        _ value: JSONValue?, _ pointer: String, _ systems: [String: Int?], _ intrinsic: String?
    ) {
        let inner = pointer + "/coordinateTransformations"
        var linked = Set([intrinsic])
        // Repeated ones are of no harm, and the schema lets them pass.
        let items = value == nil ? [] : list(value, inner, 34, "\"coordinateTransformations\"", unique: false) ?? []
        for (index, item) in items.enumerated() {
            let pointer = "\(inner)/\(index)"
            let ends = checkEnds(item, pointer, 34, systems, isScene: false)
            checkTransformation(item, pointer, from: ends.first, to: ends.last, systems)
            if let intrinsic, !ends.isEmpty, ends.count(where: { $0.path == nil && $0.name == intrinsic }) != 1 {
                error(
                    pointer, 34, "not exactly one end is the coordinate system of the levels, \"\(intrinsic)\"",
                    fix: "lead from or to \"\(intrinsic)\"", by: .text)
            }
            if ends.contains(where: { $0.path != nil }),
                !["identity", "scale", "translation"].contains(item["type"]?.string)
            {
                error(
                    pointer + "/type", 34, "labels are placed by more than identity, scale or translation",
                    fix: "use one of these", by: .text)
            }
            linked.formUnion(ends.filter { $0.path == nil }.map(\.name))
        }
        guard intrinsic != nil else { return }
        for name in systems.keys.sorted() where !linked.contains(name) {
            error(
                pointer + "/coordinateSystems", 35, "nothing leads from the levels to \"\(name)\"",
                fix: "add a coordinate transformation, or remove the coordinate system", by: .text)
        }
    }

    /// Checks a transformation and whether it gives as many coordinates as its output has axes.
    mutating func checkTransformation(
        _ value: JSONValue, _ pointer: String, from input: CoordinateTransformation.End?,
        to output: CoordinateTransformation.End?, _ systems: [String: Int?]
    ) {
        func rank(_ end: CoordinateTransformation.End?) -> Int? {
            end?.path == nil ? end?.name.flatMap { systems[$0] ?? nil } : nil
        }
        let given = checkTransformation(value, pointer, rank: rank(input))
        if let given, let wanted = rank(output), given != wanted {
            error(
                pointer, 37, "the transformation gives \(given) coordinates, its output has \(wanted) axes",
                fix: "correct the transformation or its output", by: .text)
        }
    }

    /// Checks both ends of a transformation between coordinate systems.
    ///
    /// - Returns: input and output; empty where one is malformed.
    mutating func checkEnds(
        _ value: JSONValue, _ pointer: String, _ rule: Int, _ systems: [String: Int?], isScene: Bool
    ) -> [CoordinateTransformation.End] {
        guard let transformation = value.object else { return [] }
        var ends = [CoordinateTransformation.End]()
        for side in ["input", "output"] {
            let pointer = "\(pointer)/\(side)"
            guard let end = object(transformation[side], pointer, rule, "\"\(side)\""),
                let name = string(end["name"], pointer + "/name", rule, "\"name\"")
            else { continue }
            if isScene {
                optionalString(end["path"], pointer + "/path", rule, "\"path\"")
                if end.count > (end["path"] == nil ? 1 : 2) {
                    error(pointer, rule, "there is more than \"name\" and \"path\"", fix: "remove other members")
                }
            }
            if end["path"]?.string == nil, systems[name] == nil {
                error(
                    pointer + "/name", rule, "there is no coordinate system \"\(name)\"",
                    fix: "use the name of one that is listed, or add the path of the group that lists it", by: .text)
            }
            ends.append(CoordinateTransformation.End(name: name, path: end["path"]?.string))
        }
        return ends.count == 2 ? ends : []
    }
}
