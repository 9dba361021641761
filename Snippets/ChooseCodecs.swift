// Says how the chunks of an array are encoded.
import Zarr

let type = DataType.float32

// snippet.chains
let stored: [CodecSpec] = [.bytes(type)]
let small: [CodecSpec] = [.bytes(type), .blosc(type, "zstd", level: 5, shuffle: .bits)]
let checked: [CodecSpec] = [.bytes(type), .zstd(level: 3), .crc32c]
let columnMajor: [CodecSpec] = [.transpose([1, 0]), .bytes(type, bigEndian: true), .gzip()]
// snippet.end

// snippet.pipeline
let pipeline = try CodecPipeline(checked, chunkShape: [64, 64], type: type, fillValue: .zero(type))
let workspace = CodecWorkspace(), encoded = ByteBlock()
let chunk = PixelBuffer(shape: [64, 64], type: type)
try chunk.bytes.withUnsafeBytes { try pipeline.encode($0, into: encoded, workspace) }
// snippet.end

for codecs in [stored, small, checked, columnMajor] {
    let pipeline = try CodecPipeline(codecs, chunkShape: [64, 64], type: type, fillValue: .zero(type))
    try chunk.bytes.withUnsafeBytes { try pipeline.encode($0, into: encoded, workspace) }
    print(codecs.map(\.name), encoded.count)
}
