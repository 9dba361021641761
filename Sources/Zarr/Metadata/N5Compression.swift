/// The compressions of N5, `{"type": …, …}`, as codecs of Zarr.
///
/// - Source: N5 specification 4.0.0; n5-blosc, n5-zstandard.
enum N5Compression {
    /// The codecs behind the bytes of a block: none or one.
    static func codecs(_ attributes: JSONValue, _ type: DataType) throws -> [CodecSpec] {
        let json = attributes["compression"]
        // N5 1.x had a name where there is an object today.
        guard let name = json?["type"]?.string ?? attributes["compressionType"]?.string else {
            throw ZarrError(
                .corrupt, "\"compression\" must be an object with a \"type\", not \(json?.excerpt ?? "missing")")
        }
        let level = json?["level"]?.int
        switch name {
        case "raw": return []
        case "gzip": return [json?["useZlib"]?.bool == true ? .zlib(level: level ?? -1) : .gzip(level: level ?? -1)]
        case "bzip2": return [CodecSpec(BZ2Codec.name, ["level": json?["blockSize"] ?? 9])]
        case "xz": return [CodecSpec(LZMACodec.name, ["format": 1, "preset": json?["preset"] ?? 6])]
        case "lz4": return [CodecSpec(LZ4BlockStreamCodec.name)]
        case "zstd": return [.zstd(level: level ?? 3)]
        case "blosc": return [blosc(json, type)]
        default:
            throw ZarrError(
                .unsupported,
                "N5 compression \"\(name)\" cannot be read: raw, gzip, bzip2, xz, lz4, zstd and blosc can")
        }
    }

    private static func blosc(_ json: JSONValue?, _ type: DataType) -> CodecSpec {
        let shuffles: [CodecSpec.BloscShuffle] = [.none, .bytes, .bits]
        let shuffle = json?["shuffle"]?.int ?? 0
        return .blosc(
            type, json?["cname"]?.string ?? "blosclz", level: json?["clevel"]?.int ?? 5,
            shuffle: shuffles.indices.contains(shuffle) ? shuffles[shuffle] : .none)
    }
}
