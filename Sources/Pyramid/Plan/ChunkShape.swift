import OMEZarr
import Zarr

/// Chooses the chunks of a pyramid: the same shape on every level.
enum ChunkShape {
    /// Near 512 x 512 for planes: 512 KiB of uint16, which every viewer loads in one go.
    static let planeSide = 512

    /// What the bricks of blocks may take: a quarter of a gigabyte for two workers. Planes that are only decoded whole
    /// make bricks of whole planes, and then flat chunks are what keeps them small.
    private static let volumeBrickBytes = 128 << 20
    /// What the bricks of planes may take, whose chunks stay square as long as they can.
    private static let planeBrickBytes = 512 << 20

    /// - Parameter natural: the source's natural read shape, so that a chunk is a whole number of tiles where it can be.
    ///
    /// Never depends on the memory allowed, nor does anything else that is written.
    static func automatic(_ image: ImageDescription, _ geometry: LevelGeometry, natural: [Int]) -> [Int] {
        let space = image.axes.indices.filter { image.axes[$0].kind == .space }
        let depth = space.dropLast(2).last { axis in geometry.factors.contains { $0[axis] > 1 } }
        var shapes = depth.map { blocks(image, depth: $0) } ?? planes(image, natural: natural)
        for shape in shapes.indices {
            for axis in space where natural[axis] >= image.shape[axis] || 8 * natural[axis] <= shapes[shape][axis] {
                // Nothing ties such a side to the source: where a factor divides it, bricks need not be multiples.
                shapes[shape][axis] = multiple(of: geometry.commonMultiple(axis), near: shapes[shape][axis])
            }
            shapes[shape] = clamped(shapes[shape], to: image.shape)
        }
        func brick(_ chunk: [Int]) -> Int {
            BrickGrid(geometry: geometry, chunk: chunk, natural: natural).bytes(level: 0, elementSize: image.type.size)
        }
        let limit = depth == nil ? planeBrickBytes : volumeBrickBytes
        let bricks = shapes.map(brick)
        // Where no shape is within the limit, the first of those that come closest.
        let best = bricks.firstIndex { $0 <= limit } ?? bricks.firstIndex(of: bricks.min() ?? 0) ?? 0
        return shapes[best]
    }

    /// 64 x 128 x 128 is 2 MiB of uint16; wider pixels get cubes of 64. The flatter ones hold as many pixels.
    private static func blocks(_ image: ImageDescription, depth: Int) -> [[Int]] {
        [1, 2, 4].map { scale in
            var chunk = [Int](repeating: 1, count: image.axes.count)
            for axis in chunk.indices.suffix(2) { chunk[axis] = (image.type.size <= 2 ? 128 : 64) * scale }
            chunk[depth] = 64 / (scale * scale)
            return chunk
        }
    }

    /// Squares, then the same with fewer rows.
    private static func planes(_ image: ImageDescription, natural: [Int]) -> [[Int]] {
        [1, 2, 4, 8].map { part in
            var chunk = [Int](repeating: 1, count: image.axes.count)
            for axis in chunk.indices.suffix(2) {
                chunk[axis] = side(near: planeSide, tile: natural[axis], extent: image.shape[axis])
            }
            let rows = chunk.count - 2
            if chunk[rows] % part == 0 { chunk[rows] /= part }
            return chunk
        }
    }

    private static func multiple(of unit: Int, near side: Int) -> Int {
        unit > side ? side : (side + unit / 2) / unit * unit
    }

    /// The caller's shape, checked and filled up with ones in front.
    static func given(_ sizes: [Int], _ image: ImageDescription) throws -> [Int] {
        guard sizes.allSatisfy({ $0 > 0 }), (1...image.axes.count).contains(sizes.count) else {
            let names = image.axes.map(\.name).joined(separator: ",")
            throw PyramidError(
                .invalidOption,
                "a chunk of \(sizes.map(String.init).joined(separator: ",")) does not fit an image with axes \(names): "
                    + "give 1 to \(image.axes.count) sizes above 0, the last one for \(image.axes.last?.name ?? "x")")
        }
        return clamped([Int](repeating: 1, count: image.axes.count - sizes.count) + sizes, to: image.shape)
    }

    /// The chunk with ever fewer pixels: halved along its first axis that can be, and so on, down to single rows of 16.
    static func smaller(than chunk: [Int]) -> [[Int]] {
        var shapes: [[Int]] = [], chunk = chunk
        for axis in chunk.indices {
            let least = axis < chunk.count - 2 ? 1 : 16
            while chunk[axis] / 2 >= least {
                chunk[axis] /= 2
                shapes.append(chunk)
            }
        }
        return shapes
    }

    /// A chunk larger than the image would only store padding.
    private static func clamped(_ chunk: [Int], to shape: [Int]) -> [Int] {
        zip(chunk, shape).map { min($0, max($1, 1)) }
    }

    /// The multiple or the whole fraction of a tile's side that comes closest to the target.
    private static func side(near target: Int, tile: Int, extent: Int) -> Int {
        guard tile > 1, tile < extent else { return target }
        if tile <= target * 3 / 2 {
            let below = max(target / tile, 1) * tile
            return target - below <= below + tile - target ? below : below + tile
        }
        let parts = (tile + target / 2) / target
        return tile % parts == 0 ? tile / parts : target
    }
}
