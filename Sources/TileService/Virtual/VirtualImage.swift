import OMEZarr
import Pyramid
import Zarr

/// An image as if it had been converted: the documents and chunks of an OME-Zarr that is nowhere stored.
///
/// Chunks are planes, one channel each, because that is what viewers draw; encoded as a conversion would, so that the
/// same image always gives the same bytes. A chunk of zeros is not there, as in any Zarr.
final class VirtualImage: Sendable {
    /// The documents of the image and of the arrays of its levels.
    let documents: MemoryStore
    private let image: ServedImage
    private let levels: [ArrayMetadata]

    /// Sides of chunks, where the tiles of the image have none that suit.
    private static let side = 512

    /// - Parameter version: 0.4 is Zarr v2, 0.5 is Zarr v3.
    init(_ image: ServedImage, _ version: OMEZarrVersion) throws {
        self.image = image
        let documents = MemoryStore()
        self.documents = documents
        let description = image.shown
        let isV2 = version.zarrFormat == .v2
        let names = description.axes.map(\.name), type = DataType.pixel(description.type)
        let compression = CodecSpec.blosc(type, "zstd", level: 1)
        levels = try description.levels.indices.map { level in
            let metadata = ArrayMetadata(
                format: version.zarrFormat, shape: description.levels[level].shape, type: type,
                chunkShape: Self.chunkShape(image, level), codecs: [.bytes(type), compression],
                dimensionNames: isV2 ? nil : names,
                attributes: isV2 ? ["_ARRAY_DIMENSIONS": .array(names.map { .string($0) })] : [:])
            return try ZarrArray.create(documents, StoreKey(String(level)), metadata).metadata
        }
        var attributes = try ImageMetadata(description).attributes(version)
        if let provenance = image.pyramid.provenance { attributes["ome-zarr"] = ["source": provenance] }
        _ = try ZarrGroup.create(documents, .root, format: version.zarrFormat, attributes: attributes)
    }

    /// The bytes of an object; nil where there is none.
    ///
    /// - Parameter isWanted: asked now and then; where it says no, ``OnDemandPyramid/Unwanted`` is thrown.
    /// - Throws: what reading the pixels throws.
    func object(_ key: StoreKey, while isWanted: @escaping @Sendable () -> Bool = { true }) throws -> [UInt8]? {
        if let document = try documents.read(key) { return document }
        let names = key.path.split(separator: "/", maxSplits: 1).map(String.init)
        guard names.count == 2, let level = Int(names[0]), levels.indices.contains(level), String(level) == names[0],
            let index = levels[level].keyEncoding.index(ofKey: names[1], rank: levels[level].rank)
        else { return nil }
        return try chunk(index, level, while: isWanted)
    }

    private func chunk(
        _ index: [Int], _ level: Int, while isWanted: @escaping @Sendable () -> Bool
    ) throws -> [UInt8]? {
        let metadata = levels[level]
        let origin = zip(index, metadata.chunkShape).map { $0.saturatingMultiplied(by: $1) }
        let chunk = Region(origin: origin, shape: metadata.chunkShape)
        guard zip(origin, metadata.shape).allSatisfy({ $0 < $1 }),
            let region = chunk.intersection(Region(wholeOf: metadata.shape))
        else { return nil }
        var pixels = PixelBuffer(shape: region.shape, type: metadata.type)
        let reader = image.pyramid.makeReader(while: isWanted)
        let store = MemoryStore(), array = try ZarrArray.create(store, .root, metadata)
        try pixels.withPixels {
            try reader.read(region, level: level, into: $0)
            try array.write(region, from: $0)
        }
        return try store.read(array.key(ofChunk: index))
    }

    /// One plane of one channel; in y and x a tile of the image where it is of a size that viewers like.
    private static func chunkShape(_ image: ServedImage, _ level: Int) -> [Int] {
        let natural = image.pyramid.naturalReadShape(level: level)
        return image.description.levels[level].shape.indices.map { axis in
            guard axis == image.x || axis == image.y else { return 1 }
            return (128...1024).contains(natural[axis]) ? natural[axis] : side
        }
    }
}
