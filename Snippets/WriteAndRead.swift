// Writes an array and reads a region of it back.
import Zarr

let store = MemoryStore()
let metadata = ArrayMetadata(
    shape: [300, 400], type: .uint16, chunkShape: [128, 128], codecs: [.bytes(.uint16), .zstd()],
    dimensionNames: ["y", "x"])
let array = try ZarrArray.create(store, StoreKey("cells"), metadata)

// What is written is whole chunks, or reaches to the edge of the array.
let bright = PixelBuffer(shape: [128, 144], type: .uint16, bytes: [UInt8](repeating: 7, count: 2 * 128 * 144))
try array.write(bright, at: [128, 256], threads: 2)

// Chunks that were never written have the fill value, which is 0 here.
let pixels = try array.read(Region(origin: [120, 250], shape: [16, 12]))
print(pixels.shape, pixels.elements(as: UInt16.self).max() ?? 0)
