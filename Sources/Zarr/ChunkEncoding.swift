/// How the smallest chunks of an array that can be read alone are encoded: what decides whether their bytes may move
/// into another array as they are.
package struct ChunkEncoding: Sendable, Hashable {
    /// Elements of a chunk on each axis.
    package let chunkShape: [Int]
    /// Type of one element.
    package let type: DataType
    /// In the order of encoding and everything written out, without a CRC-32C at the end.
    package let codecs: [CodecSpec]
    /// True where a CRC-32C stands behind the encoded bytes.
    package let hasChecksum: Bool

    /// The encoding of an array's chunks; nil where they are more than codecs say: in shards of shards, in shards of a
    /// transposed array, blocks of N5.
    package init?(_ metadata: ArrayMetadata) {
        guard let codecs = Self.ofChunks(metadata.codecs),
            !codecs.contains(where: { [ShardingIndexedCodec.name, N5DefaultCodec.name].contains($0.name) })
        else { return nil }
        chunkShape = metadata.innerChunkShape
        type = metadata.type
        hasChecksum = codecs.last?.isPlainChecksum ?? false
        self.codecs = (hasChecksum ? codecs.dropLast() : codecs[...]).map {
            $0.explicit(metadata.type, rank: metadata.rank)
        }
    }

    /// An encoding of other chunks, or by other codecs.
    package init(chunkShape: [Int], type: DataType, codecs: [CodecSpec], hasChecksum: Bool = false) {
        self.chunkShape = chunkShape
        self.type = type
        self.codecs = codecs.map { $0.explicit(type, rank: chunkShape.count) }
        self.hasChecksum = hasChecksum
    }

    /// True where chunks of this encoding become those of another one at no more than the cost of a checksum.
    package func isSame(as other: ChunkEncoding) -> Bool {
        chunkShape == other.chunkShape && type == other.type && codecs == other.codecs
    }

    /// True for codecs that readers of a format may be expected to know: of v3 those the specification or its registry
    /// names, of v2 whatever numcodecs has.
    package func isCommon(in format: ZarrFormat) -> Bool {
        switch format {
        case .v3: codecs.allSatisfy { Self.commonInV3.contains($0.name) }
        case .v2:
            (try? ArrayMetadata(format: .v2, shape: chunkShape, type: type, chunkShape: chunkShape, codecs: codecs)
                .zarrayJSON()) != nil
        case .n5: false
        }
    }

    private static let commonInV3 = [
        BytesCodec.name, TransposeCodec.name, BloscCodec.name, GzipCodec.name, ZstdCodec.name, ChecksumCodec.crc32c,
    ]

    private static func ofChunks(_ codecs: [CodecSpec]) -> [CodecSpec]? {
        guard codecs.first?.name == ShardingIndexedCodec.name else { return codecs }
        guard codecs.count == 1 else { return nil }
        return try? CodecSpec.list(codecs[0].configuration["codecs"], what: "the \"codecs\" of sharding_indexed")
    }
}

extension ArrayMetadata {
    /// True where an object holds chunks that can be read alone.
    package var isSharded: Bool { codecs.last?.name == ShardingIndexedCodec.name }
}

extension CodecSpec {
    /// True for the checksum that shards of ours have behind every chunk.
    fileprivate var isPlainChecksum: Bool { name == ChecksumCodec.crc32c && configuration == [:] }
}
