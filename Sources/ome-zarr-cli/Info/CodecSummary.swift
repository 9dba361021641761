import Zarr

/// Codecs in a few words.
enum CodecSummary {
    /// `blosc zstd 3`, `gzip 6`; of codecs that hold others, these too: `sharding_indexed (bytes, zstd 3)`.
    static func names(_ codecs: [CodecSpec]) -> [String] {
        codecs.map { codec in
            let inner = codec.configuration["codecs"]?.array?.compactMap { try? CodecSpec(json: $0) }
            let words = [
                codec.name, codec.configuration["cname"]?.string,
                (codec.configuration["clevel"] ?? codec.configuration["level"])?.int.map(String.init),
                inner.map { "(\(names($0).joined(separator: ", ")))" },
            ]
            return words.compactMap { $0 }.joined(separator: " ")
        }
    }
}
