/// The codecs of Zarr v2, `{"id": …, …}`, as those of v3 and back.
///
/// - Source: Zarr v2, "Metadata"; numcodecs for the identifiers.
enum V2Codec {
    /// The filters of a `.zarray`, of which those that turn bytes into bytes can be read.
    static func filters(_ json: JSONValue?, _ type: DataType) throws -> [CodecSpec] {
        guard let json, !json.isNull else { return [] }
        guard let filters = json.array else {
            throw ZarrError(.corrupt, "\"filters\" must be a list or null, not \(json.excerpt)")
        }
        return try filters.map { try spec($0, type, role: "filter") }
    }

    /// The compressor of a `.zarray`: none or one.
    static func compressor(_ json: JSONValue?, _ type: DataType) throws -> [CodecSpec] {
        guard let json, !json.isNull else { return [] }
        return [try spec(json, type, role: "compressor")]
    }

    private static func spec(_ json: JSONValue, _ type: DataType, role: String) throws -> CodecSpec {
        guard let id = json["id"]?.string, var configuration = json.object else {
            throw ZarrError(.corrupt, "a \(role) must be an object with an \"id\", not \(json.excerpt)")
        }
        configuration["id"] = nil
        switch id {
        case "blosc": return CodecSpec("blosc", .object(blosc(configuration, type)))
        case "zstd":
            return CodecSpec(
                "zstd", ["level": integer(configuration["level"], 0), "checksum": configuration["checksum"] ?? false])
        case "gzip", "zlib": return CodecSpec(id, ["level": integer(configuration["level"], 1)])
        case "crc32c" where configuration["location"]?.string ?? "end" == "end": return CodecSpec(id)
        default:
            throw ZarrError(
                .unsupported,
                "\(role) \"\(id)\" cannot be read: only blosc, zstd, gzip, zlib and crc32c can")
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

    /// The codec as a `.zarray` names it.
    ///
    /// - Throws: ``ZarrError`` with code `.unsupported` where v2 has no such codec.
    static func json(_ codec: CodecSpec) throws -> JSONValue {
        var members: JSONObject = ["id": .string(codec.name)]
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
        case "crc32c": break
        default:
            throw ZarrError(.unsupported, "Zarr v2 has no codec \"\(codec.name)\": write Zarr v3, or use another codec")
        }
        return .object(members)
    }
}
