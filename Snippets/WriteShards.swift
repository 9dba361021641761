// Writes a sharded array, as a whole or chunk by chunk, in any order.
import Zarr

let type = DataType.uint8, store = MemoryStore()

// snippet.create
let metadata = ArrayMetadata(
    shape: [1000, 1000], type: type, chunkShape: [512, 512],
    codecs: [.sharding([64, 64], [.bytes(type), .zstd(), .crc32c])])
let array = try ZarrArray.create(store, .root, metadata)
// snippet.end

// snippet.whole
let image = PixelBuffer(shape: [1000, 1000], type: type, bytes: [UInt8](repeating: 7, count: 1_000_000))
try array.write(image, threads: 4)
// snippet.end

// snippet.write
if let layout = try ShardLayout(metadata) {
    // The chunks of the first shard, in the order they shall have in its file.
    let order = Array(0..<layout.chunkCount)
    let shard = try ShardWriter(layout, store: store, key: array.key(ofChunk: [0, 0]), order: order)
    let workspace = CodecWorkspace(), encoded = ByteBlock()
    for chunk in order.reversed() {
        let pixels = [UInt8](repeating: UInt8(chunk), count: layout.inner.byteCount)
        try pixels.withUnsafeBytes { try layout.inner.encode($0, into: encoded, workspace) }
        try shard.add(chunk: chunk, encoded: encoded.bytes)
    }
    print(try shard.finish(), "bytes")
}
// snippet.end

print(try array.read(Region(origin: [448, 448], shape: [1, 1])).bytes)
