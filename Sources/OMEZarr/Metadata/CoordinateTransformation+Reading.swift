public import Zarr

extension CoordinateTransformation {
    /// Nobody nests by hand deeper; what is deeper is kept as ``Kind/unknown(_:)``.
    private static let depthLimit = 16

    /// Reads a transformation of any version from 0.4 to 0.6, the development versions of 0.6 included: ends as plain
    /// strings, `input_axes` for `inputAxes`, axes by name, the parts of `byDimension` with or without an object around.
    ///
    /// What cannot be understood is ``Kind/unknown(_:)``; nothing is refused.
    public init(reading json: JSONValue) { self.init(json, depth: 0) }

    /// The transformations of a list; none where it is no list.
    static func list(_ json: JSONValue?) -> [CoordinateTransformation] {
        (json?.array ?? []).map { CoordinateTransformation(reading: $0) }
    }

    private init(_ json: JSONValue, depth: Int) {
        self.init(
            Self.kind(json, depth) ?? .unknown(json), name: json["name"]?.string, input: End(json["input"]),
            output: End(json["output"]))
    }

    private static func kind(_ json: JSONValue, _ depth: Int) -> Kind? {
        let type = json["type"]?.string ?? ""
        switch type {
        case "identity": return .identity
        case "scale": return numbers(json[type]).map(Kind.scale) ?? stored(json, type)
        case "translation": return numbers(json[type]).map(Kind.translation) ?? stored(json, type)
        case "mapAxis": return axes(json[type]).map(Kind.mapAxis)
        case "projectAxis":
            guard let dropped = indices(json["droppedInputs"]), let created = indices(json["createdOutputs"]) else {
                return nil
            }
            return .projectAxis(dropped: dropped, created: created)
        case "affine": return matrix(json[type]).map(Kind.affine) ?? stored(json, type)
        case "rotation": return matrix(json[type]).map(Kind.rotation) ?? stored(json, type)
        case "displacements": return field(json).map(Kind.displacements)
        case "coordinates": return field(json).map(Kind.coordinates)
        default: return depth < depthLimit ? compound(json, type, depth + 1) : nil
        }
    }

    /// The types that hold others.
    private static func compound(_ json: JSONValue, _ type: String, _ depth: Int) -> Kind? {
        switch type {
        case "sequence":
            return json["transformations"]?.array.map { list in
                .sequence(list.map { CoordinateTransformation($0, depth: depth) })
            }
        case "byDimension":
            guard let list = json["transformations"]?.array else { return nil }
            let parts = list.compactMap { item -> Part? in
                guard let inputAxes = axes(item["inputAxes"] ?? item["input_axes"]),
                    let outputAxes = axes(item["outputAxes"] ?? item["output_axes"])
                else { return nil }
                return Part(
                    CoordinateTransformation(item["transformation"] ?? item, depth: depth),
                    inputAxes: inputAxes, outputAxes: outputAxes)
            }
            return parts.count == list.count ? .byDimension(parts) : nil
        case "bijection":
            guard let forward = json["forward"], let inverse = json["inverse"] else { return nil }
            return .bijection(
                forward: CoordinateTransformation(forward, depth: depth),
                inverse: CoordinateTransformation(inverse, depth: depth))
        default: return nil
        }
    }

    private static func numbers(_ json: JSONValue?) -> [Double]? {
        guard let list = json?.array else { return nil }
        let numbers = list.compactMap(\.double).filter(\.isFinite)
        return numbers.count == list.count ? numbers : nil
    }

    private static func matrix(_ json: JSONValue?) -> [[Double]]? {
        guard let list = json?.array else { return nil }
        let rows = list.compactMap { numbers($0) }
        return rows.count == list.count ? rows : nil
    }

    /// Indices that may be missing, but not malformed.
    private static func indices(_ json: JSONValue?) -> [Int]? { json == nil ? [] : json?.ints }

    private static func axes(_ json: JSONValue?) -> [AxisReference]? {
        guard let list = json?.array else { return nil }
        let axes = list.compactMap { item in
            item.int.map(AxisReference.index) ?? item.string.map(AxisReference.name)
        }
        return axes.count == list.count ? axes : nil
    }

    private static func field(_ json: JSONValue) -> Field? {
        json["path"]?.string.map { Field(path: $0, interpolation: json["interpolation"]?.string) }
    }

    private static func stored(_ json: JSONValue, _ type: String) -> Kind? {
        json[type] == nil ? json["path"]?.string.map { .stored(type: type, path: $0) } : nil
    }
}

extension CoordinateTransformation.End {
    /// Nil where neither a name nor a path is given.
    fileprivate init?(_ json: JSONValue?) {
        self.init(name: json?.string ?? json?["name"]?.string, path: json?["path"]?.string)
        if name == nil && path == nil { return nil }
    }
}
