// Opens what a folder holds, and counts what reading costs.
import Zarr

let memory = MemoryStore()
let sample = ArrayMetadata(shape: [64, 64], type: .uint8, chunkShape: [32, 32], codecs: [.bytes(.uint8)])
_ = try ZarrArray.create(memory, StoreKey("0"), sample)

// snippet.directory
func openFirstLevel(of path: String) throws -> ZarrArray {
    let store = try DirectoryStore(path: path, create: false)
    return try ZarrArray.open(store, StoreKey("0"))
}
// snippet.end

// snippet.zip
func pack(_ pixels: PixelBuffer, into path: String) throws {
    let archive = try ZipWriter(path: path)
    let metadata = ArrayMetadata(
        shape: pixels.shape, type: pixels.type, chunkShape: pixels.shape, codecs: [.bytes(pixels.type), .zstd()])
    try ZarrArray.create(archive, .root, metadata).write(pixels)
    try archive.finish()
}
// snippet.end

// snippet.counting
let counting = CountingStore(memory)
let array = try ZarrArray.open(counting, StoreKey("0"))
counting.reset()
_ = try array.read(Region(origin: [0, 0], shape: [10, 40]))
print(counting.counts.rangeReads, "reads of", counting.counts.bytes, "bytes")
// snippet.end
