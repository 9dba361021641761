extension ArrayMetadata {
    private static let known: Set<String> = [
        "zarr_format", "node_type", "shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs",
        "attributes", "storage_transformers", "dimension_names",
    ]

    /// Reads the document of a v3 array.
    ///
    /// - Parameter json: the content of a zarr.json.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the document breaks the specification, `.unsupported` where
    ///   it asks for a type, grid, key encoding or extension that cannot be read, naming it.
    /// - Source: Zarr v3 core, "Array metadata".
    public init(json: JSONValue) throws {
        try NodeDocument.check(json, isArray: true, known: Self.known)
        let type = try V3DataType.parse(json["data_type"])
        guard let shape = json["shape"]?.ints else {
            throw ZarrError(
                .corrupt, "\"shape\" must be a list of integers, not \(json["shape"]?.excerpt ?? "missing")")
        }
        guard let fill = json["fill_value"] else {
            throw ZarrError(.corrupt, "\"fill_value\" is missing, which a v3 array must have")
        }
        self.init(
            format: .v3, shape: shape, type: type, chunkShape: try Self.regularGrid(json["chunk_grid"]),
            codecs: try CodecSpec.list(json["codecs"], what: "\"codecs\""),
            fillValue: try FillValue(json: fill, type: type),
            keyEncoding: try ChunkKeyEncoding(json: json["chunk_key_encoding"]),
            dimensionNames: try Self.dimensionNames(json["dimension_names"]),
            attributes: json["attributes"] ?? .object([:]))
        guard !codecs.isEmpty else {
            throw ZarrError(.corrupt, "\"codecs\" is empty: an array needs at least the codec \"bytes\"")
        }
        try Self.refuseTransformers(json["storage_transformers"])
        try check()
    }

    /// The zarr.json of the array, with explicit values and nothing a strict reader does not know.
    public func json() -> JSONValue {
        var members: JSONObject = [
            "zarr_format": 3,
            "node_type": "array",
            "shape": JSONValue(shape),
            "data_type": V3DataType.json(type),
            "chunk_grid": ["name": "regular", "configuration": ["chunk_shape": JSONValue(chunkShape)]],
            "chunk_key_encoding": keyEncoding.json,
            "fill_value": fillValue.json,
            "codecs": .array(codecs.map { $0.explicit(type, rank: rank).json }),
            "attributes": attributes,
        ]
        if let dimensionNames {
            members["dimension_names"] = .array(dimensionNames.map { $0.map { .string($0) } ?? .null })
        }
        return .object(members)
    }

    private static func regularGrid(_ json: JSONValue?) throws -> [Int] {
        let named = try NamedConfiguration(json, what: "\"chunk_grid\"")
        guard named.name == "regular" else {
            throw ZarrError(.unsupported, "chunk grid \"\(named.name)\" cannot be read: only \"regular\" can")
        }
        guard let shape = named.configuration["chunk_shape"]?.ints else {
            throw ZarrError(.corrupt, "\"chunk_grid\" has no list of integers \"chunk_shape\"")
        }
        return shape
    }

    private static func dimensionNames(_ json: JSONValue?) throws -> [String?]? {
        guard let json, !json.isNull else { return nil }
        guard let names = json.array, names.allSatisfy({ $0.isNull || $0.string != nil }) else {
            throw ZarrError(.corrupt, "\"dimension_names\" must be a list of strings and nulls, not \(json.excerpt)")
        }
        return names.map(\.string)
    }

    private static func refuseTransformers(_ json: JSONValue?) throws {
        guard let json else { return }
        guard let transformers = json.array else {
            throw ZarrError(.corrupt, "\"storage_transformers\" must be a list, not \(json.excerpt)")
        }
        if let first = transformers.first {
            throw ZarrError(.unsupported, "storage transformer \(first.excerpt) cannot be read: there are none known")
        }
    }
}
