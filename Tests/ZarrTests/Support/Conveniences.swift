import Zarr

extension DataType {
    /// Every type, and one or two of each family.
    static let samples: [DataType] =
        PixelType.allCases.map { .pixel($0) } + [
            .complex64, .complex128, .raw(bytes: 1), .raw(bytes: 7), .raw(bytes: 300), .text(characters: 3),
        ]
}

extension CodecPipeline {
    func encoded(_ pixels: [UInt8]) throws -> [UInt8] {
        let block = ByteBlock()
        try pixels.withUnsafeBytes { try encode($0, into: block, CodecWorkspace()) }
        return Array(block.bytes)
    }

    func decoded(_ encoded: [UInt8]) throws -> [UInt8] {
        var pixels = [UInt8](repeating: 0xAA, count: byteCount)
        try encoded.withUnsafeBytes { bytes in
            try pixels.withUnsafeMutableBytes { try decode(bytes, into: $0, CodecWorkspace()) }
        }
        return pixels
    }
}

extension ZarrArray {
    /// Cuts an image into chunks, padded with `padding`, and writes them all.
    func writeAll(_ image: PixelBuffer, padding: UInt8 = 0) throws {
        let workspace = CodecWorkspace()
        var image = image
        for index in indices(metadata.gridShape) {
            let region = metadata.region(ofChunk: index)
            var chunk = PixelBuffer(
                shape: region.shape, type: metadata.type,
                bytes: [UInt8](repeating: padding, count: region.count * metadata.type.size))
            guard let inside = region.intersection(Region(wholeOf: metadata.shape)) else { continue }
            image.withPixels { from in
                chunk.withPixels { $0.subview(inside.relative(to: region.origin)).copy(from: from.subview(inside)) }
            }
            try chunk.bytes.withUnsafeBytes { try writeChunk(index, $0, workspace) }
        }
    }
}

/// Every index of a box, C order.
func indices(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { all, extent in all.flatMap { index in (0..<extent).map { index + [$0] } } }
}

/// A part of an image, element by element.
func part(_ image: PixelBuffer, _ region: Region) -> [UInt8] {
    indices(region.shape).flatMap { index -> ArraySlice<UInt8> in
        let flat = zip(zip(index, region.origin).map { $0 + $1 }, image.shape).reduce(0) { $0 * $1.1 + $1.0 }
        return image.bytes[flat * image.type.size..<(flat + 1) * image.type.size]
    }
}

/// A region of some array, perhaps empty.
func randomRegion(in shape: [Int], _ random: inout SeededRandom) -> Region {
    let origin = shape.map { Int.random(in: 0...$0, using: &random) }
    return Region(origin: origin, shape: zip(shape, origin).map { Int.random(in: 0...$0 - $1, using: &random) })
}
