import OMEZarr
import Pyramid
import Testing

@Suite("The geometry of levels")
struct LevelGeometryTests {
    private func micrometers(_ z: Double, _ xy: Double) -> [Axis] {
        [
            .space("z", unit: "micrometer", spacing: z), .space("y", unit: "micrometer", spacing: xy),
            .space("x", unit: "micrometer", spacing: xy),
        ]
    }

    @Test("an image halves y and x, rounding up, until its longer side fits")
    func planes() {
        let image = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 1001, 300], type: .uint8)
        let geometry = LevelGeometry(of: image, minSize: 256, count: nil)
        #expect(geometry.shapes == [[2, 1001, 300], [2, 501, 150], [2, 251, 75]])
        #expect(geometry.factors == [[1, 1, 1], [1, 2, 2], [1, 2, 2]])
        #expect(geometry.cumulativeFactors(level: 2) == [1, 4, 4])
    }

    @Test("a volume halves its finest axes until voxels are cubes, then all")
    func volumes() {
        let image = ImageDescription(axes: micrometers(2, 0.5), shape: [64, 512, 512], type: .uint16)
        let geometry = LevelGeometry(of: image, minSize: 64, count: nil)
        #expect(geometry.factors == [[1, 1, 1], [1, 2, 2], [1, 2, 2], [2, 2, 2]])
        #expect(geometry.shapes.last == [32, 64, 64])
    }

    @Test("an isotropic volume halves all axes from the start, and a thin one stops halving z at one plane")
    func isotropicVolumes() {
        let cube = ImageDescription(axes: micrometers(1, 1), shape: [3, 400, 400], type: .uint16)
        let geometry = LevelGeometry(of: cube, minSize: 50, count: nil)
        #expect(geometry.shapes == [[3, 400, 400], [2, 200, 200], [1, 100, 100], [1, 50, 50]])
    }

    @Test("voxels finer in z than in y and x halve z first")
    func fineDepth() {
        let image = ImageDescription(axes: micrometers(0.25, 1), shape: [256, 256, 256], type: .uint16)
        let geometry = LevelGeometry(of: image, minSize: 64, count: nil)
        #expect(geometry.factors[1] == [2, 1, 1])
        #expect(geometry.factors[2] == [2, 1, 1])
        #expect(geometry.factors[3] == [2, 2, 2])
    }

    @Test("a stack of unknown depth keeps its planes; time and channels are never halved")
    func unknownDepth() {
        let stack = ImageDescription(
            axes: [.space("z"), .space("y"), .space("x")], shape: [100, 600, 600], type: .uint8)
        #expect(
            LevelGeometry(of: stack, minSize: 256, count: nil).shapes == [
                [100, 600, 600], [100, 300, 300], [100, 150, 150],
            ])
        let series = ImageDescription(axes: [.t(), .c] + micrometers(1, 1), shape: [9, 3, 8, 600, 600], type: .uint8)
        let geometry = LevelGeometry(of: series, minSize: 300, count: nil)
        #expect(geometry.shapes == [[9, 3, 8, 600, 600], [9, 3, 4, 300, 300]])
    }

    @Test("a count asks for so many levels, as far as there is something to halve")
    func counts() {
        let image = ImageDescription(axes: [.space("y"), .space("x")], shape: [4, 2], type: .uint8)
        #expect(LevelGeometry(of: image, minSize: 256, count: 2).shapes == [[4, 2], [2, 1]])
        #expect(LevelGeometry(of: image, minSize: 256, count: 9).shapes == [[4, 2], [2, 1], [1, 1]])
        #expect(LevelGeometry(of: image, minSize: 256, count: nil).shapes == [[4, 2]])
    }
}
