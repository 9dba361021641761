extension ArrayMetadata {
    /// Reads the attributes of an N5 dataset.
    ///
    /// N5 names the fastest axis first, so that all lists are reversed here: `dimensions` of `[x, y, z]` are the shape
    /// `[z, y, x]`, and blocks lie in memory as chunks do. `axes`, where the attributes have them, become the dimension
    /// names.
    ///
    /// - Parameter attributes: the content of `attributes.json`.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the document breaks the specification, `.unsupported` where
    ///   it asks for a type or compression that cannot be read, naming it.
    /// - Source: N5 specification 4.0.0; 1.x for `compressionType`.
    public static func n5(attributes: JSONValue) throws -> ArrayMetadata {
        let shape = try extents(attributes, "dimensions")
        let type = try n5Type(attributes["dataType"])
        var own = attributes.object ?? [:]
        for name in N5Attributes.reserved { own[name] = nil }
        let metadata = ArrayMetadata(
            format: .n5, shape: shape, type: .pixel(type), chunkShape: try extents(attributes, "blockSize"),
            codecs: [
                N5DefaultCodec.spec(
                    [.bytes(.pixel(type), bigEndian: true)] + (try N5Compression.codecs(attributes, .pixel(type))))
            ],
            keyEncoding: .n5, dimensionNames: names(ofAxes: attributes["axes"], rank: shape.count),
            attributes: .object(own))
        try metadata.check()
        return metadata
    }

    private static func extents(_ attributes: JSONValue, _ name: String) throws -> [Int] {
        guard let extents = attributes[name]?.ints, !extents.isEmpty else {
            throw ZarrError(
                .corrupt,
                "\"\(name)\" must be a list of one or more integers, not \(attributes[name]?.excerpt ?? "missing")")
        }
        return extents.reversed()
    }

    private static func n5Type(_ json: JSONValue?) throws -> PixelType {
        guard let name = json?.string else {
            throw ZarrError(.corrupt, "\"dataType\" must be the name of a type, not \(json?.excerpt ?? "missing")")
        }
        guard let type = PixelType(rawValue: name), type != .bool, type != .float16 else {
            throw ZarrError(
                .unsupported, "N5 data type \"\(name)\" cannot be read: uint8 to int64, float32 and float64 can")
        }
        return type
    }

    /// - Source: neuroglancer, "N5 data source": `axes` names the dimensions, the first one first.
    private static func names(ofAxes json: JSONValue?, rank: Int) -> [String?]? {
        let names = (json?.array ?? []).compactMap(\.string)
        return names.count == rank ? names.reversed() : nil
    }
}
