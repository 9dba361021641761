import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("The grid of bricks")
struct BrickGridTests {
    static let images: [ImageDescription] = [
        ImageDescription(axes: [.space("y"), .space("x")], shape: [1000, 777], type: .uint16),
        ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [3, 130, 515], type: .uint8),
        ImageDescription(
            axes: [
                .space("z", unit: "micrometer", spacing: 3), .space("y", unit: "micrometer"),
                .space("x", unit: "micrometer"),
            ], shape: [37, 301, 290], type: .uint16),
        ImageDescription(
            axes: [.t(), .c, .space("z"), .space("y"), .space("x")], shape: [2, 2, 5, 64, 70], type: .float32),
    ]

    /// Every image by the plan's factors and by some of a caller's, odd ones and large ones.
    static let geometries: [(ImageDescription, LevelGeometry)] = images.flatMap { image in
        let given = [[[3, 3]], [[2, 5], [1, 2]], [[4, 4], [16, 3]], [[7, 1], [1, 7]]].compactMap {
            try? LevelGeometry(of: image, minSize: 8, count: nil, factors: $0)
        }
        return ([LevelGeometry(of: image, minSize: 32, count: nil)] + given).map { (image, $0) }
    }

    static let grids: [BrickGrid] = geometries.flatMap { image, geometry -> [BrickGrid] in
        let rank = image.axes.count
        func tail(_ sides: [Int]) -> [Int] { [Int](repeating: 1, count: rank - sides.count) + sides }
        let naturals = [tail([64, 64]), tail([image.shape[rank - 1]]), image.shape, tail([48, 40])]
        return [tail([64, 64]), tail([25, 31]), tail([128, 64])].flatMap { chunk in
            naturals.map { BrickGrid(geometry: geometry, chunk: chunk, natural: $0) }
        }
    }

    @Test("bricks cover every level exactly once")
    func cover() {
        for grid in Self.grids {
            for level in grid.levelShapes.indices {
                let pixels = GridIndices(grid.counts(level: level)).reduce(0) {
                    $0 + grid.region(Brick(level: level, index: $1)).count
                }
                #expect(pixels == grid.levelShapes[level].reduce(1, *))
            }
        }
    }

    @Test("every factor divides a brick's side, or the brick is the whole axis; chunks too")
    func sides() {
        #expect(Self.geometries.count == 5 * Self.images.count)
        for (image, geometry) in Self.geometries {
            for side in [1, 5, 12, 64] {
                for natural in [1, 9, 64, 300] {
                    let tail = [Int](repeating: 1, count: image.axes.count - 2)
                    let grid = BrickGrid(
                        geometry: geometry, chunk: tail + [side, side + 1], natural: tail + [natural, natural])
                    for axis in image.axes.indices where grid.shape[axis] < image.shape[axis] {
                        #expect(geometry.factors.allSatisfy { grid.shape[axis] % $0[axis] == 0 })
                        #expect(grid.shape[axis] % (tail + [side, side + 1])[axis] == 0)
                    }
                }
            }
        }
    }

    @Test("a brick is made of its children: their places tile it without gap or overlap")
    func children() {
        for grid in Self.grids {
            for level in 1..<max(grid.levelShapes.count, 1) {
                for index in GridIndices(grid.counts(level: level)) {
                    let brick = Brick(level: level, index: index)
                    let children = grid.children(of: brick)
                    let places = children.compactMap { grid.placeInParent($0) }
                    #expect(children.allSatisfy { grid.parent(of: $0) == brick })
                    #expect(places.reduce(0) { $0 + $1.count } == grid.region(brick).count)
                    #expect(places.allSatisfy { $0.lies(within: grid.region(brick).shape) })
                    for (i, place) in places.enumerated() {
                        #expect(places[..<i].allSatisfy { $0.intersection(place) == nil })
                    }
                }
            }
        }
    }

    @Test("the sequence of bricks names each brick of a level once, children next to one another")
    func sequence() {
        for grid in Self.grids {
            for level in grid.levelShapes.indices {
                let bricks = Array(BrickSequence(grid, level: level))
                #expect(bricks.count == grid.counts(level: level).reduce(1, *))
                #expect(Set(bricks).count == bricks.count)
                let parents = bricks.compactMap { grid.parent(of: $0) }
                let changes = zip(parents, parents.dropFirst()).count { $0 != $1 }
                #expect(parents.isEmpty || changes + 1 == Set(parents).count)
            }
        }
    }

    @Test("the chunks of a shard are ordered as they are made, each once")
    func shardOrder() {
        let image = ImageDescription(axes: [.space("y"), .space("x")], shape: [520, 300], type: .uint8)
        let geometry = LevelGeometry(of: image, minSize: 64, count: nil)
        let tiled = VisitOrder(BrickGrid(geometry: geometry, chunk: [64, 64], natural: [64, 64]))
        let shard = Region(origin: [256, 0], shape: [256, 256])
        let morton = tiled.chunks(ofShard: shard, level: 0, chunk: [64, 64], chunksPerShard: [4, 4])
        #expect(morton == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])

        let striped = VisitOrder(BrickGrid(geometry: geometry, chunk: [64, 64], natural: [8, 300]))
        let rows = striped.chunks(ofShard: shard, level: 0, chunk: [64, 64], chunksPerShard: [4, 4])
        #expect(rows == Array(0..<16))

        let edge = Region(origin: [512, 256], shape: [8, 44])
        #expect(tiled.chunks(ofShard: edge, level: 0, chunk: [64, 64], chunksPerShard: [4, 4]) == [0])
    }
}
