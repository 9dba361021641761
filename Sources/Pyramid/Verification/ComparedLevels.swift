import OMEZarr
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The levels of an image that are compared with those a conversion makes.
struct ComparedLevels: BrickDestination {
    let plan: PyramidPlan
    /// Nil for levels that cannot be compared, which was noted.
    let arrays: [ZarrArray?]
    let discrepancies: Discrepancies
    let skipsLevelZero: Bool

    /// Everything is made.
    func isComplete(_ brick: Brick) -> Bool { false }

    func makeTaker() throws -> any BrickTaker { BrickComparer(self) }

    func abandon() {}

    var storedBytes: Int { 0 }
}

/// Decodes what is stored of one worker's bricks, chunk by chunk, and compares.
private final class BrickComparer: BrickTaker {
    private let levels: ComparedLevels
    private var readers: [Int: ZarrArrayReader] = [:]
    private let stored = ByteBlock()
    private let workspace = CodecWorkspace()

    init(_ levels: ComparedLevels) { self.levels = levels }

    func take(_ brick: Brick, _ pixels: StridedPixels) throws -> Int {
        guard let array = levels.arrays[brick.level], brick.level > 0 || !levels.skipsLevelZero else { return 0 }
        let reader = readers[brick.level] ?? array.makeReader(sharing: workspace)
        readers[brick.level] = reader
        let region = levels.plan.grid.region(brick)
        for part in region.chunks(of: array.metadata.innerChunkShape) {
            var place = part.inRegion
            for axis in place.origin.indices { place.origin[axis] += region.origin[axis] }
            try compare(place, pixels.subview(part.inRegion), brick.level, array, reader)
        }
        return 0
    }

    func read(_ brick: Brick, into pixels: StridedPixels) throws {
        throw PyramidError(.unsupportedImage, "nothing is complete where everything is compared")
    }

    private func compare(
        _ place: Region, _ expected: StridedPixels, _ level: Int, _ array: ZarrArray, _ reader: ZarrArrayReader
    ) throws {
        stored.reserve(expected.count * expected.type.size)
        let found = StridedPixels(base: stored.base, shape: expected.shape, type: expected.type)
        let object = try array.key(ofChunk: zip(place.origin, array.metadata.chunkShape).map { $0 / $1 })
        do {
            try reader.read(place, into: found)
        } catch let error as ZarrError where error.code != .ioFailure {
            return levels.discrepancies.note(error.key ?? object, "cannot be decoded: \(error)")
        }
        guard let row = firstDifference(found, expected) else { return }
        let pixel = zip(place.origin, row).map { String($0 + $1) }.joined(separator: ", ")
        let origin = level == 0 ? "differ from the input" : "do not follow from the level below"
        levels.discrepancies.note(
            object, "pixels \(origin), one of them in the row that begins at [\(pixel)]",
            isOfInput: level == 0)
    }

    /// The beginning of the first row that differs; nil where none does.
    private func firstDifference(_ a: StridedPixels, _ b: StridedPixels) -> [Int]? {
        let width = (a.shape.last ?? 1) * a.type.size
        for row in GridIndices(Array(a.shape.dropLast())) {
            let offsets = row.indices.reduce(into: (0, 0)) { offsets, axis in
                offsets.0 += row[axis] * a.strides[axis]
                offsets.1 += row[axis] * b.strides[axis]
            }
            // Safety: both views have the row, and its pixels are contiguous in both.
            if memcmp(a.base + offsets.0, b.base + offsets.1, width) != 0 { return row + [0] }
        }
        return nil
    }
}
