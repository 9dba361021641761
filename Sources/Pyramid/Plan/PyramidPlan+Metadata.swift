import OMEZarr
import Zarr

extension PyramidPlan {
    /// What the array of one level says of itself.
    ///
    /// Zarr v2 arrays get `_ARRAY_DIMENSIONS`, by which xarray names dimensions; v3 has `dimension_names`.
    package func arrayMetadata(level: Int) throws -> ArrayMetadata {
        let level = levels[level]
        let names = image.axes.map(\.name)
        let isV2 = version == .v04
        let attributes: JSONValue = isV2 ? ["_ARRAY_DIMENSIONS": .array(names.map { .string($0) })] : [:]
        return ArrayMetadata(
            format: isV2 ? .v2 : .v3, shape: level.shape, type: .pixel(image.type), chunkShape: level.objectShape,
            codecs: codecs(level), dimensionNames: isV2 ? nil : names, attributes: attributes)
    }

    private func codecs(_ level: Level) -> [CodecSpec] {
        let chain = [CodecSpec.bytes(.pixel(image.type))] + compression
        guard level.shardShape != nil else { return chain }
        // Whoever reads shards knows crc32c from their index: here a damaged chunk can be found at no cost in readers.
        return [.sharding(level.chunkShape, chain + [.crc32c])]
    }
}
