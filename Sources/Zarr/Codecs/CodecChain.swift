/// The codecs of a list, sorted by kind and in their order.
///
/// - Source: Zarr v3 core, "Codecs": any number array to array, exactly one array to bytes, any number bytes to bytes.
struct CodecChain: Sendable {
    private(set) var arrayToArray = [any ArrayToArrayCodec]()
    let arrayToBytes: any ArrayToBytesCodec
    private(set) var bytesToBytes = [any BytesToBytesCodec]()

    /// More than anybody chains; the depth of calls grows with the codecs.
    private static let mostCodecs = 32

    init(_ specs: [CodecSpec], shape: [Int], type: DataType, fillValue: FillValue) throws {
        guard specs.count <= Self.mostCodecs else {
            throw ZarrError(.unsupported, "a list of \(specs.count) codecs: at most \(Self.mostCodecs) can be read")
        }
        var shape = shape
        var toBytes: (any ArrayToBytesCodec)?
        for (place, spec) in specs.enumerated() {
            let spec = try V2Codec.standard(spec, type)
            if spec.name == TransposeCodec.name {
                guard toBytes == nil else { throw Self.misplaced(spec) }
                let codec = try TransposeCodec(spec, rank: shape.count)
                shape = codec.encoded(shape: shape)
                arrayToArray.append(codec)
            } else if let codec = try Self.arrayToBytes(spec, shape, type, fillValue) {
                guard toBytes == nil else { throw Self.misplaced(spec) }
                toBytes = codec
            } else if Self.changesElements(spec) {
                guard toBytes == nil else { throw Self.misplaced(spec) }
                toBytes = try RecodedArrayCodec(
                    Self.elementCodec(spec, type), shape: shape, rest: Array(specs[(place + 1)...]),
                    fillValue: fillValue)
                break
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
        case PackBitsCodec.name: try PackBitsCodec(spec, type: type, byteCount: shape.byteCount(type) ?? 0)
        case ShardingIndexedCodec.name: try ShardingIndexedCodec(spec, shape: shape, type: type, fillValue: fillValue)
        case N5DefaultCodec.name: try N5DefaultCodec(spec, shape: shape, type: type, fillValue: fillValue)
        default: nil
        }
    }

    private static func bytesToBytes(_ spec: CodecSpec) throws -> any BytesToBytesCodec {
        switch spec.name {
        case BloscCodec.name: return try BloscCodec(spec)
        case ZstdCodec.name: return try ZstdCodec(spec)
        case GzipCodec.name: return try GzipCodec(spec)
        case ZlibCodec.name: return try ZlibCodec(spec)
        case LZ4Codec.name: return try LZ4Codec(spec)
        case LZ4BlockStreamCodec.name: return LZ4BlockStreamCodec()
        case BZ2Codec.name: return try BZ2Codec(spec)
        case LZMACodec.name: return try LZMACodec(spec)
        case ShuffleCodec.name: return try ShuffleCodec(spec)
        default:
            if let checksum = try ChecksumCodec(spec) { return checksum }
            throw unknown("codec", spec.name)
        }
    }

    /// True for codecs that put other elements into the place of an array's.
    static func changesElements(_ spec: CodecSpec) -> Bool {
        [
            DeltaCodec.name, FixedScaleOffsetCodec.name, BitRoundCodec.name, BitRoundCodec.nameInNumcodecs,
            BitsOfBoolCodec.name,
        ].contains(spec.name)
    }

    /// The codec of a spec for which ``changesElements(_:)`` is true.
    static func elementCodec(_ spec: CodecSpec, _ type: DataType) throws -> any ElementCodec {
        switch spec.name {
        case DeltaCodec.name: try DeltaCodec(spec, type: type)
        case FixedScaleOffsetCodec.name: try FixedScaleOffsetCodec(spec, type: type)
        case BitsOfBoolCodec.name: try BitsOfBoolCodec(spec, type: type)
        default: try BitRoundCodec(spec, type: type)
        }
    }

    /// - Parameter role: what the document calls it: a codec, filter or compressor.
    static func unknown(_ role: String, _ name: String) -> ZarrError {
        ZarrError(
            .unsupported,
            "\(role) \"\(name)\" cannot be read, because nothing here decodes it: write the array again with blosc, zstd "
                + "or gzip, by the software it comes from")
    }

    private static func misplaced(_ spec: CodecSpec) -> ZarrError {
        ZarrError(.corrupt, "codec \"\(spec.name)\" stands in the wrong place of the list of codecs")
    }
}
