/// The codecs of a list, sorted by kind and in their order.
///
/// - Source: Zarr v3 core, "Codecs": any number array to array, exactly one array to bytes, any number bytes to bytes.
struct CodecChain: Sendable {
    private(set) var arrayToArray = [any ArrayToArrayCodec]()
    let arrayToBytes: any ArrayToBytesCodec
    private(set) var bytesToBytes = [any BytesToBytesCodec]()

    init(_ specs: [CodecSpec], shape: [Int], type: DataType, fillValue: FillValue) throws {
        var shape = shape
        var toBytes: (any ArrayToBytesCodec)?
        for spec in specs {
            if spec.name == TransposeCodec.name {
                guard toBytes == nil else { throw Self.misplaced(spec) }
                let codec = try TransposeCodec(spec, rank: shape.count)
                shape = codec.encoded(shape: shape)
                arrayToArray.append(codec)
            } else if let codec = try Self.arrayToBytes(spec, shape, type, fillValue) {
                guard toBytes == nil else { throw Self.misplaced(spec) }
                toBytes = codec
            } else {
                let codec = try Self.bytesToBytes(spec)
                guard toBytes != nil else { throw Self.misplaced(spec) }
                bytesToBytes.append(codec)
            }
        }
        guard let toBytes else {
            throw ZarrError(
                .corrupt, "no codec turns the array into bytes: \"bytes\" or \"sharding_indexed\" is missing")
        }
        arrayToBytes = toBytes
    }

    private static func arrayToBytes(
        _ spec: CodecSpec, _ shape: [Int], _ type: DataType, _ fillValue: FillValue
    ) throws -> (any ArrayToBytesCodec)? {
        switch spec.name {
        case BytesCodec.name: try BytesCodec(spec, type: type, byteCount: shape.byteCount(type) ?? 0)
        case ShardingIndexedCodec.name: try ShardingIndexedCodec(spec, shape: shape, type: type, fillValue: fillValue)
        default: nil
        }
    }

    private static func bytesToBytes(_ spec: CodecSpec) throws -> any BytesToBytesCodec {
        switch spec.name {
        case BloscCodec.name: try BloscCodec(spec)
        case ZstdCodec.name: try ZstdCodec(spec)
        case GzipCodec.name: try GzipCodec(spec)
        case ZlibCodec.name, ZlibCodec.nameInV3: try ZlibCodec(spec)
        case Crc32cCodec.name: Crc32cCodec()
        default:
            throw ZarrError(
                .unsupported,
                "codec \"\(spec.name)\" is unknown: bytes, transpose, sharding_indexed, blosc, zstd, gzip, "
                    + "zlib and crc32c can be read")
        }
    }

    private static func misplaced(_ spec: CodecSpec) -> ZarrError {
        ZarrError(.corrupt, "codec \"\(spec.name)\" stands in the wrong place of the list of codecs")
    }
}
