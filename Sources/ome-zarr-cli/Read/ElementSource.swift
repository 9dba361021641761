import OMEZarr
import Zarr

/// What `read` takes elements from: a level of an image, or an array.
struct ElementSource {
    /// What messages call it, such as `level 1`.
    let name: String
    /// The names of the axes, in order.
    let axes: [String]
    /// Elements on each axis.
    let shape: [Int]
    let type: DataType
    /// The block that costs least to read at once.
    let naturalShape: [Int]
    /// Makes what decodes a region into a view of its shape.
    let makeReader: () throws -> (Region, StridedPixels) throws -> Void

    init(_ array: ZarrArray) {
        let metadata = array.metadata
        name = "the array"
        let given = (metadata.dimensionNames ?? []).compactMap { $0 }
        axes = Set(given).count == metadata.rank ? given : metadata.axes.map(\.name)
        shape = metadata.shape
        type = metadata.type
        naturalShape = metadata.naturalReadShape
        makeReader = { try array.makeReader().read }
    }

    /// - Throws: ``UsageError`` where the image has no such level.
    init(_ image: any ImageSource, level: Int) throws {
        let description = image.description
        guard description.levels.indices.contains(level) else {
            throw UsageError(
                "there is no level \(level): the image has \(ReadSelection.choices(description.levels.count, "level"))")
        }
        name = "level \(level)"
        axes = description.axes.map(\.name)
        shape = description.levels[level].shape
        type = .pixel(description.type)
        naturalShape = image.naturalReadShape(level: level)
        makeReader = {
            let reader = try image.makeReader()
            return { try reader.read($0, level: level, into: $1) }
        }
    }
}
