import OMEZarr
import Zarr

/// Chooses the chunks of a pyramid: the same shape on every level.
enum ChunkShape {
    /// Near 512 x 512 for planes: 512 KiB of uint16, which every viewer loads in one go.
    static let planeSide = 512

    /// - Parameters:
    ///   - natural: the source's natural read shape, so that a chunk is a whole number of tiles where it can be.
    ///   - reducesDepth: whether some level halves z, so that chunks are blocks and not planes.
    static func automatic(_ image: ImageDescription, natural: [Int], reducesDepth: Bool) -> [Int] {
        var chunk = [Int](repeating: 1, count: image.axes.count)
        let space = image.axes.indices.filter { image.axes[$0].kind == .space }
        for axis in space.suffix(2) {
            if reducesDepth {
                // 64 x 128 x 128 is 2 MiB of uint16; wider pixels get cubes of 64.
                chunk[axis] = image.type.size <= 2 ? 128 : 64
            } else {
                chunk[axis] = side(near: planeSide, tile: natural[axis], extent: image.shape[axis])
            }
        }
        if reducesDepth, let z = space.dropLast(2).last { chunk[z] = 64 }
        return clamped(chunk, to: image.shape)
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
