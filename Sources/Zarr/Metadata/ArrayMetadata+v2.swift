extension ArrayMetadata {
    /// Reads the documents of a v2 array. Members that are not known are ignored, as v2 asks.
    ///
    /// - Parameters:
    ///   - zarray: the content of `.zarray`.
    ///   - zattrs: the content of `.zattrs`; nil where there is none.
    /// - Throws: ``ZarrError`` with code `.corrupt` where the document breaks the specification, `.unsupported` where
    ///   it asks for a type, filter or compressor that cannot be read, naming it.
    /// - Source: Zarr v2, "Metadata".
    public static func v2(zarray: JSONValue, zattrs: JSONValue? = nil) throws -> ArrayMetadata {
        guard zarray["zarr_format"]?.int == 2 else {
            throw ZarrError(
                .corrupt, "\"zarr_format\" in a .zarray must be 2, not \(zarray["zarr_format"]?.excerpt ?? "missing")")
        }
        let (type, endian) = try V2DataType.parse(zarray["dtype"])
        let shape = try extents(zarray, "shape"), chunks = try extents(zarray, "chunks")
        let metadata = ArrayMetadata(
            format: .v2, shape: shape, type: type, chunkShape: chunks,
            codecs: try transpose(zarray["order"], rank: chunks.count)
                + V2Codec.codecs(filters: zarray["filters"], compressor: zarray["compressor"], type, endian),
            fillValue: try FillValue(json: zarray["fill_value"] ?? .null, type: type, format: .v2),
            keyEncoding: .v2(try separator(zarray["dimension_separator"])), attributes: zattrs ?? .object([:]))
        try metadata.check()
        return metadata
    }

    /// The `.zarray` of the array, every member explicit.
    ///
    /// - Throws: ``ZarrError`` with code `.unsupported` where v2 cannot say it: sharding, a codec of v3 only, chunk
    ///   keys that begin with `c`, a transpose that is not a plain reversal of the axes.
    public func zarrayJSON() throws -> JSONValue {
        var rest = codecs[...]
        var order = "C"
        if let first = rest.first, first.name == TransposeCodec.name {
            guard try TransposeCodec(first, rank: rank).order == Array((0..<rank).reversed()) else {
                throw ZarrError(.unsupported, "Zarr v2 has no transpose but the reversal of all axes, order \"F\"")
            }
            order = "F"
            rest.removeFirst()
        }
        let onElements = rest.prefix(while: CodecChain.changesElements)
        rest = rest.dropFirst(onElements.count)
        guard let bytes = rest.popFirst(), bytes.name == BytesCodec.name else {
            let name = codecs.dropLast(rest.count).last?.name ?? "none"
            throw ZarrError(
                .unsupported, "Zarr v2 has no codec \"\(name)\": write Zarr v3, or chunks without sharding")
        }
        guard keyEncoding.style == .v2 else {
            throw ZarrError(.unsupported, "Zarr v2 has no chunk keys like \"\(key(ofChunk: [0]))\": use those of v2")
        }
        let encoded = try onElements.reduce(type) { try CodecChain.elementCodec($1, $0).encodedType }
        let endian = try BytesCodec(bytes, type: encoded).endian
        let compressor = rest.last.map(V2Codec.compresses) == true ? rest.popLast() : nil
        let filters = try V2Codec.json(onElements: onElements, type, endian) + rest.map { try V2Codec.json($0) }
        return [
            "zarr_format": 2,
            "shape": JSONValue(shape),
            "chunks": JSONValue(chunkShape),
            "dtype": .string(V2DataType.name(type, endian)),
            "compressor": try compressor.map { try V2Codec.json($0) } ?? .null,
            "fill_value": fillValue.json(type, format),
            "order": .string(order),
            "filters": filters.isEmpty ? .null : .array(filters),
            "dimension_separator": .string(keyEncoding.separator.rawValue),
        ]
    }

    private static func extents(_ zarray: JSONValue, _ name: String) throws -> [Int] {
        guard let extents = zarray[name]?.ints else {
            throw ZarrError(
                .corrupt, "\"\(name)\" must be a list of integers, not \(zarray[name]?.excerpt ?? "missing")")
        }
        return extents
    }

    private static func transpose(_ order: JSONValue?, rank: Int) throws -> [CodecSpec] {
        switch order?.string {
        case "C": return []
        case "F": return rank < 2 ? [] : [TransposeCodec.spec(Array((0..<rank).reversed()))]
        default: throw ZarrError(.corrupt, "\"order\" must be \"C\" or \"F\", not \(order?.excerpt ?? "missing")")
        }
    }

    private static func separator(_ json: JSONValue?) throws -> ChunkKeyEncoding.Separator {
        guard let json, !json.isNull else { return .dot }
        guard let separator = json.string.flatMap(ChunkKeyEncoding.Separator.init) else {
            throw ZarrError(.corrupt, "\"dimension_separator\" must be \".\" or \"/\", not \(json.excerpt)")
        }
        return separator
    }
}
