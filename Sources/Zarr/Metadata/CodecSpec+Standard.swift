extension CodecSpec {
    /// How `blosc` rearranges bytes first.
    public enum BloscShuffle: String, Sendable, Hashable {
        case none = "noshuffle"
        case bytes = "shuffle"
        case bits = "bitshuffle"
    }

    /// Where `sharding_indexed` puts its index.
    public enum IndexLocation: String, Sendable, Hashable {
        case start, end
    }

    /// The elements as they are, in little-endian byte order unless asked otherwise.
    public static func bytes(_ type: DataType, bigEndian: Bool = false) -> CodecSpec {
        BytesCodec.spec(type, bigEndian ? .big : .little)
    }

    /// The axes in another order: axis `i` of what is stored is axis `order[i]` of the array.
    public static func transpose(_ order: [Int]) -> CodecSpec { TransposeCodec.spec(order) }

    /// Blosc.
    ///
    /// - Parameters:
    ///   - compressor: `zstd`, `lz4`, `lz4hc`, `blosclz`, `zlib` or `snappy`.
    ///   - level: 0 stores, 9 is slowest. For zstd it is zstd's own level.
    public static func blosc(
        _ type: DataType, _ compressor: String = "zstd", level: Int = 3, shuffle: BloscShuffle = .bytes
    ) -> CodecSpec {
        CodecSpec(
            BloscCodec.name,
            [
                "cname": .string(compressor), "clevel": JSONValue(level), "shuffle": .string(shuffle.rawValue),
                "typesize": JSONValue(type.size), "blocksize": 0,
            ])
    }

    /// Zstandard.
    public static func zstd(level: Int = 3, checksum: Bool = false) -> CodecSpec {
        CodecSpec(ZstdCodec.name, ["level": JSONValue(level), "checksum": .bool(checksum)])
    }

    /// Gzip, level 0 to 9.
    public static func gzip(level: Int = 5) -> CodecSpec { CodecSpec(GzipCodec.name, ["level": JSONValue(level)]) }

    /// Zlib, level 0 to 9; for v2.
    public static func zlib(level: Int = 5) -> CodecSpec { CodecSpec(ZlibCodec.name, ["level": JSONValue(level)]) }

    /// A CRC-32C behind the bytes.
    public static let crc32c = CodecSpec(ChecksumCodec.crc32c)

    /// Many chunks in one object; the index is little-endian with a CRC-32C, which every reader knows.
    ///
    /// - Parameters:
    ///   - chunkShape: of an inner chunk; divides the array's chunk shape.
    ///   - codecs: of an inner chunk.
    public static func sharding(
        _ chunkShape: [Int], _ codecs: [CodecSpec], index: IndexLocation = .end
    ) -> CodecSpec {
        CodecSpec(
            ShardingIndexedCodec.name,
            [
                "chunk_shape": JSONValue(chunkShape), "codecs": .array(codecs.map(\.json)),
                "index_codecs": .array([bytes(.uint64).json, crc32c.json]), "index_location": .string(index.rawValue),
            ])
    }
}

extension CodecSpec {
    /// The codec with everything written out that strict readers of v3 demand: the type size of blosc, the checksum of
    /// zstd, the order of axes in numbers, names that v3 knows.
    func explicit(_ type: DataType, rank: Int) -> CodecSpec {
        var codec = self
        switch name {
        case BloscCodec.name:
            codec.configuration["typesize"] = configuration["typesize"] ?? JSONValue(type.size)
            codec.configuration["blocksize"] = configuration["blocksize"] ?? 0
        case ZstdCodec.name:
            codec.configuration["level"] = configuration["level"] ?? 0
            codec.configuration["checksum"] = configuration["checksum"] ?? false
        case ZlibCodec.name,
            ChecksumCodec.crc32c where configuration != [:]:
            codec.name = V2Codec.prefix + name
        case TransposeCodec.name:
            if let order = try? TransposeCodec(self, rank: rank).order { codec = .transpose(order) }
        case ShardingIndexedCodec.name:
            let inner = configuration["codecs"]?.array?.map { json in
                (try? CodecSpec(json: json))?.explicit(type, rank: rank).json ?? json
            }
            codec.configuration["codecs"] = inner.map { .array($0) }
        default: break
        }
        return codec
    }
}
