import OMEZarr
import Zarr

/// An image as Neuroglancer's precomputed volumes have it: levels of blocks `[x, y, z, channel]`.
///
/// - Source: Neuroglancer, "Precomputed volume format": `info` metadata file specification, raw chunk encoding.
package struct PrecomputedVolume: Sendable {
    /// The type of elements, by the format's name.
    let dataType: String
    /// What elements are converted to; nil where they stay as they are.
    let conversion: Conversion?
    private let image: ServedImage
    private let z: Int?

    /// Channels are never cut apart, so that many of them make small chunks.
    private static let chunkBytes = 16 << 20

    /// How elements become those of another type.
    enum Conversion: Sendable { case float16ToFloat32, float64ToFloat32 }

    /// - Throws: ``ServiceError`` with status 501 where the format has no such elements.
    package init(_ image: ServedImage) throws {
        self.image = image
        z = image.description.axis("z")
        let type = image.description.type
        switch type {
        case .bool: (dataType, conversion) = ("uint8", nil)
        // Of labels only unsigned values are shown; theirs are never negative.
        case .int8, .int16, .int32, .int64:
            guard image.description.isLabels || type != .int64 else {
                throw ServiceError(
                    .notImplemented, "unsupported",
                    "Neuroglancer's precomputed format has no elements of int64: open /zarr/ of the image instead")
            }
            (dataType, conversion) = ((image.description.isLabels ? "u" : "") + type.rawValue, nil)
        case .uint8, .uint16, .uint32, .uint64: (dataType, conversion) = (type.rawValue, nil)
        case .float16: (dataType, conversion) = ("float32", .float16ToFloat32)
        case .float32: (dataType, conversion) = ("float32", nil)
        case .float64: (dataType, conversion) = ("float32", .float64ToFloat32)
        }
    }

    /// The document `info`.
    package var info: JSONValue {
        [
            "@type": "neuroglancer_multiscale_volume", "type": .string(isSegmentation ? "segmentation" : "image"),
            "data_type": .string(dataType), "num_channels": JSONValue(image.description.channelCount),
            "scales": .array(
                image.description.levels.indices.map { level in
                    [
                        "key": .string("\(level)"), "encoding": "raw", "voxel_offset": [0, 0, 0],
                        "size": JSONValue(size(level)), "chunk_sizes": [JSONValue(chunk(level))],
                        "resolution": .array(resolution(level).map { JSONValue($0) }),
                    ]
                }),
        ]
    }

    /// Segments must be whole numbers.
    private var isSegmentation: Bool { image.description.isLabels && conversion == nil }

    /// Elements of a level in x, y and z.
    func size(_ level: Int) -> [Int] {
        let shape = image.description.levels[level].shape
        return [shape[image.x], shape[image.y], z.map { shape[$0] } ?? 1]
    }

    /// Elements of a chunk in x, y and z: cubes where the image is stored in blocks several planes deep, else squares.
    func chunk(_ level: Int) -> [Int] {
        let size = size(level)
        let isDeep = z.map { image.pyramid.naturalReadShape(level: 0)[$0] > 1 } ?? false
        var chunk = zip(size, isDeep ? [64, 64, 64] : [256, 256, 1]).map { min($0, $1) }
        let pixelBytes = image.description.channelCount * image.description.type.size
        while chunk.saturatingProduct(times: pixelBytes) > Self.chunkBytes, let side = chunk.max(), side > 1 {
            for axis in chunk.indices where chunk[axis] == side { chunk[axis] = (side + 1) / 2 }
        }
        return chunk
    }

    /// Nanometres from one element to the next in x, y and z. An axis without a unit counts as one of nanometres.
    private func resolution(_ level: Int) -> [Double] {
        [image.x, image.y, z].map { axis in
            guard let axis else { return 1 }
            let description = image.description, factor = FrameSource.factors(level, of: description)[axis]
            let meters = description.axes[axis].unit.flatMap(PhysicalUnit.meters) ?? 1e-9
            let resolution = description.levels[0].scale[axis] * factor * (meters * 1e9)
            return resolution.isFinite && resolution > 0 ? resolution : factor
        }
    }

    /// The region of a level that a chunk's name stands for, `x0-x1_y0-y1_z0-z1`; nil where there is no such chunk.
    func region(_ name: String, level: Int, t: Int) -> Region? {
        let size = size(level), chunk = chunk(level)
        let ranges = name.split(separator: "_", omittingEmptySubsequences: false).map {
            $0.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        }
        guard ranges.count == 3 else { return nil }
        let shape = image.description.levels[level].shape
        var region = Region(origin: shape.map { _ in 0 }, shape: shape.map { _ in 1 })
        for (index, axis) in image.description.axes.enumerated() {
            if axis.kind == .channel { region.shape[index] = shape[index] }
            if axis.kind == .time { region.origin[index] = min(t, shape[index] - 1) }
        }
        for (number, axis) in [image.x, image.y, z].enumerated() {
            guard ranges[number].count == 2, let from = ranges[number][0], let to = ranges[number][1], from >= 0,
                from < size[number], from % chunk[number] == 0, to == min(from + chunk[number], size[number])
            else { return nil }
            guard let axis else { continue }
            region.origin[axis] = from
            region.shape[axis] = to - from
        }
        return region
    }

    /// The bytes of a chunk: elements in the order of Fortran, x fastest, little-endian.
    func chunk(_ region: Region, level: Int, while isWanted: @escaping @Sendable () -> Bool) throws -> [UInt8] {
        var pixels = PixelBuffer(shape: region.shape, type: .pixel(image.description.type))
        let reader = image.pyramid.makeReader(while: isWanted)
        let channel = image.description.axes.firstIndex { $0.kind == .channel }
        // Slowest first: channel, z, y, x, and before them what has one element.
        let known = [channel, z, image.y, image.x].compactMap { $0 }
        let order = region.shape.indices.filter { !known.contains($0) } + known
        var turned = PixelBuffer(shape: order.map { region.shape[$0] }, type: pixels.type)
        try pixels.withPixels { view in
            try reader.read(region, level: level, into: view)
            turned.withPixels { $0.copy(from: view.permuted(order)) }
        }
        return conversion.map { $0.run(turned.bytes) } ?? turned.bytes
    }
}

extension PrecomputedVolume.Conversion {
    fileprivate func run(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { raw in
            switch self {
            case .float16ToFloat32:
                floats(raw.count / 2) {
                    Float(HalfFloat.double(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)))
                }
            case .float64ToFloat32:
                floats(raw.count / 8) { Float(raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self)) }
            }
        }
    }

    private func floats(_ count: Int, _ value: (Int) -> Float) -> [UInt8] {
        (0..<count).flatMap { index in withUnsafeBytes(of: value(index).bitPattern.littleEndian) { Array($0) } }
    }
}
