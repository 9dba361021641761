/// The codecs of Zarr v2, `{"id": …, …}`, as those of v3 and back.
///
/// Filters that work on elements become codecs in front of `bytes`, all others codecs behind it. What v3 has no name for
/// is called as zarr-python does it, `numcodecs.` and the identifier.
///
/// - Source: Zarr v2, "Metadata"; numcodecs for the identifiers; zarr-python, `zarr.codecs.numcodecs`.
enum V2Codec {
    static let prefix = "numcodecs."

    /// The codecs of a `.zarray`, from its filters and its compressor.
    ///
    /// - Parameter endian: the order of the bytes of the array's elements.
    /// - Throws: ``ZarrError`` with code `.corrupt` where they are no codecs, `.unsupported` naming one that cannot be
    ///   read.
    static func codecs(
        filters: JSONValue?, compressor: JSONValue?, _ type: DataType, _ endian: Endian
    ) throws -> [CodecSpec] {
        guard let list = (filters ?? .null).isNull ? [] : filters?.array else {
            throw ZarrError(.corrupt, "\"filters\" must be a list or null, not \(filters?.excerpt ?? "missing")")
        }
        var specs = try list.map { try spec($0, type, role: "filter") }
        if let compressor, !compressor.isNull { specs.append(try spec(compressor, type, role: "compressor")) }

        var onElements = [CodecSpec](), onBytes = [CodecSpec](), type = type, endian = endian
        for spec in specs {
            guard CodecChain.changesElements(spec) else {
                onBytes.append(spec)
                continue
            }
            guard onBytes.isEmpty else {
                throw ZarrError(
                    .unsupported,
                    "filter \"\(id(spec))\" cannot be read behind \"\(id(onBytes[0]))\", which leaves no elements")
            }
            let (spec, encodedOrder) = try withoutByteOrder(spec, endian)
            type = try CodecChain.elementCodec(spec, type).encodedType
            endian = encodedOrder
            onElements.append(spec)
        }
        return onElements + [BytesCodec.spec(type, endian)] + onBytes
    }

    private static func spec(_ json: JSONValue, _ type: DataType, role: String) throws -> CodecSpec {
        guard let id = json["id"]?.string, var configuration = json.object else {
            throw ZarrError(.corrupt, "a \(role) must be an object with an \"id\", not \(json.excerpt)")
        }
        configuration["id"] = nil
        return try spec(id, configuration, type, role: role)
    }

    /// A codec that v3 also has, where the name is the one it has in numcodecs; any other codec unchanged.
    static func standard(_ codec: CodecSpec, _ type: DataType) throws -> CodecSpec {
        guard codec.name.hasPrefix(prefix), let configuration = codec.configuration.object else { return codec }
        return try spec(id(codec), configuration, type, role: "codec")
    }

    private static func spec(
        _ id: String, _ configuration: JSONObject, _ type: DataType, role: String
    ) throws -> CodecSpec {
        switch id {
        case "blosc": return CodecSpec(id, .object(blosc(configuration, type)))
        case "zstd":
            // numcodecs, too, takes higher levels for the highest.
            let level = JSONValue(min(integer(configuration["level"], 0).int ?? 0, 22))
            return CodecSpec(id, ["level": level, "checksum": configuration["checksum"] ?? false])
        case "gzip", "zlib": return CodecSpec(id, ["level": integer(configuration["level"], 1)])
        case "crc32c":
            let location = configuration["location"]?.string ?? "end"
            return CodecSpec(id, location == "end" ? [:] : ["location": .string(location)])
        case "lz4", "bz2", "lzma", "shuffle", "crc32", "adler32", "fletcher32", "delta", "fixedscaleoffset", "packbits",
            "bitround":
            var numbers = configuration
            for (name, value) in configuration where value.string != nil {
                // netCDF-C puts numbers in quotes.
                numbers[name] = value.string.flatMap { Int($0) }.map { JSONValue($0) } ?? value
            }
            return CodecSpec(prefix + id, .object(numbers))
        default: throw CodecChain.unknown(role, id)
        }
    }

    /// The configuration v3 gives. What a frame was made with stands in its header, so nothing here affects reading.
    private static func blosc(_ v2: JSONObject, _ type: DataType) -> JSONObject {
        let shuffle: String
        switch integer(v2["shuffle"], 1).int {
        case 0: shuffle = "noshuffle"
        case 2: shuffle = "bitshuffle"
        // -1 leaves the choice to the writer: bits for single bytes, else bytes.
        case -1 where type.size == 1: shuffle = "bitshuffle"
        default: shuffle = "shuffle"
        }
        return [
            "cname": v2["cname"] ?? "lz4",
            "clevel": integer(v2["clevel"], 5),
            "shuffle": .string(shuffle),
            "typesize": JSONValue(type.size),
            "blocksize": integer(v2["blocksize"], 0),
        ]
    }

    /// An integer, also where it was written in quotes as some writers do.
    private static func integer(_ json: JSONValue?, _ standard: Int) -> JSONValue {
        JSONValue(json?.int ?? json?.string.flatMap { Int($0) } ?? standard)
    }

    /// A filter on elements with its types named as v3 names them, and the order of the bytes it leaves.
    ///
    /// - Parameter endian: the order of the bytes it gets.
    private static func withoutByteOrder(_ spec: CodecSpec, _ endian: Endian) throws -> (CodecSpec, Endian) {
        var spec = spec, encoded = endian
        for name in ["dtype", "astype"] {
            guard let text = spec.configuration[name]?.string, let type = V2DataType.number(text) else { continue }
            if type.size > 1, let order = text.first.flatMap({ ["<": Endian.little, ">": .big][$0] }) {
                encoded = order
                guard name != "dtype" || order == endian else {
                    throw ZarrError(
                        .unsupported,
                        "filter \"\(id(spec))\" takes the bytes of elements in another order than they have (\"\(text)\")"
                    )
                }
            }
            spec.configuration[name] = .string(type.rawValue)
        }
        return (spec, encoded)
    }
}

// MARK: - Writing

extension V2Codec {
    /// True for codecs that belong into the `compressor` of a `.zarray`, if they come last.
    static func compresses(_ codec: CodecSpec) -> Bool {
        ["blosc", "zstd", "gzip", "zlib", "lz4", "bz2", "lzma"].contains(id(codec))
    }

    /// The filters a `.zarray` names for codecs in front of `bytes`.
    ///
    /// - Parameters:
    ///   - type: of the array's elements.
    ///   - endian: of all elements, as `bytes` orders the last ones.
    static func json(onElements codecs: some Sequence<CodecSpec>, _ type: DataType, _ endian: Endian) throws
        -> [JSONValue]
    {
        var type = type
        return try codecs.map { codec in
            var members = try json(codec)
            if codec.name == DeltaCodec.name || codec.name == FixedScaleOffsetCodec.name {
                let (decoded, encoded) = try codec.elementTypes(of: type)
                members["dtype"] = .string(V2DataType.name(.pixel(decoded), endian))
                members["astype"] = .string(V2DataType.name(.pixel(encoded), endian))
            }
            type = try CodecChain.elementCodec(codec, type).encodedType
            return members
        }
    }

    /// The codec as a `.zarray` names it.
    ///
    /// - Throws: ``ZarrError`` with code `.unsupported` where v2 has no such codec.
    static func json(_ codec: CodecSpec) throws -> JSONValue {
        var members: JSONObject = ["id": .string(id(codec))]
        switch codec.name {
        case "blosc":
            let blosc = try BloscCodec(codec)
            members["cname"] = .string(blosc.compressor)
            members["clevel"] = JSONValue(blosc.level)
            members["shuffle"] = JSONValue(blosc.shuffle.rawValue)
            members["blocksize"] = JSONValue(blosc.blockSize)
        case "zstd":
            members["level"] = codec.configuration["level"] ?? 0
            if codec.configuration["checksum"]?.bool == true { members["checksum"] = true }
        case "gzip", "zlib": members["level"] = codec.configuration["level"] ?? 1
        case "crc32c", BitRoundCodec.name,
            _ where codec.name.hasPrefix(prefix):
            for (name, value) in codec.configuration.object ?? [:] { members[name] = value }
        default:
            throw ZarrError(.unsupported, "Zarr v2 has no codec \"\(codec.name)\": write Zarr v3, or use another codec")
        }
        return .object(members)
    }

    /// What numcodecs calls a codec.
    private static func id(_ codec: CodecSpec) -> String {
        codec.name.hasPrefix(prefix) ? String(codec.name.dropFirst(prefix.count)) : codec.name
    }
}
