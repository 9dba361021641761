import Zarr

/// Pixels between two passes: a file without a name, which vanishes with the process however that ends.
///
/// It holds the blocks of the second pass one after the other, in C order of their grid, and in each block the pieces
/// that the blocks of the first pass cut from it, in C order too; so a block of either kind is a few runs of bytes.
final class SpillFile: Sendable {
    private let plan: RechunkPlan
    private let file: UnfinishedFile

    /// - Parameter folder: where there is room for ``RechunkPlan/spillBytes``.
    init(_ plan: RechunkPlan, in folder: String) throws {
        self.plan = plan
        file = try UnfinishedFile(path: folder + "/rechunked pixels")
        file.unlinkTemporary()
    }

    /// Puts a piece into the file.
    ///
    /// - Parameters:
    ///   - piece: what a block of the first pass and one of the second have in common.
    ///   - bytes: its pixels in C order.
    func write(_ piece: Region, _ bytes: UnsafeRawBufferPointer) throws {
        try file.write(bytes, at: offset(of: piece))
    }

    /// Gets a piece from the file.
    func read(_ piece: Region, into bytes: UnsafeMutableRawBufferPointer) throws {
        try file.read(at: offset(of: piece), into: bytes)
    }

    /// The elements before a piece are those of the blocks before its own and of the pieces before it in its block. Of
    /// boxes in a C-ordered partition these are, for each axis: all that lies before on this axis, as long as the box on
    /// the axes in front and the whole on those behind.
    private func offset(of piece: Region) -> Int {
        let shape = plan.task.shape, extent = plan.writeBlock
        let start = zip(piece.origin, extent).map { $0 / $1 * $1 }
        let block = zip(zip(start, extent), shape).map { min($0.1, $1 - $0.0) }
        let before =
            Self.elements(before: start, box: block, in: shape)
            + Self.elements(before: zip(piece.origin, start).map { $0 - $1 }, box: piece.shape, in: block)
        return before * plan.task.elementSize
    }

    private static func elements(before origin: [Int], box: [Int], in whole: [Int]) -> Int {
        origin.indices.reduce(0) { sum, axis in
            sum + box[..<axis].reduce(1, *) * origin[axis] * whole[(axis + 1)...].reduce(1, *)
        }
    }
}
