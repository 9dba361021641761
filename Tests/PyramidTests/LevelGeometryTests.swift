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

    @Test("voxels are compared in one unit, and where there is none a stack is no volume")
    func units() {
        func factors(_ z: (Double, String?), _ xy: (Double, String?)) -> [[Int]] {
            let image = ImageDescription(
                axes: [
                    .space("z", unit: z.1, spacing: z.0), .space("y", unit: xy.1, spacing: xy.0),
                    .space("x", unit: xy.1, spacing: xy.0),
                ], shape: [64, 512, 512], type: .uint16)
            return LevelGeometry(of: image, minSize: 64, count: nil).factors
        }
        let flat = [[1, 1, 1], [1, 2, 2], [1, 2, 2], [1, 2, 2]],
            deep = [[1, 1, 1], [1, 2, 2], [1, 2, 2], [2, 2, 2]]
        #expect(factors((2, "micrometer"), (325, "nanometer")) == [[1, 1, 1], [1, 2, 2], [1, 2, 2], [1, 2, 2]])
        #expect(factors((2, "micrometer"), (500, "nanometer")) == deep)
        #expect(factors((0.002, "millimeter"), (0.5, "\u{B5}m")) == deep)
        #expect(factors((500, "nanometer"), (0.5, "micrometer")) == [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]])
        #expect(factors((4, "cubit"), (1, "cubit")) == deep, "a unit nobody knows compares with itself")
        for (z, xy) in [("cubit", "micrometer"), ("cubit", "ell"), ("second", "meter"), (nil, "micrometer")] {
            #expect(factors((1, z), (1, xy)) == flat, "\(z ?? "none") beside \(xy)")
        }
    }

    @Test("every length of OME-XML is known in metres")
    func lengths() {
        for (name, symbol) in PhysicalUnit.lengthSymbols {
            #expect(PhysicalUnit.meters(name) != nil && PhysicalUnit.meters(name) == PhysicalUnit.meters(symbol))
        }
        for name in PhysicalUnit.timeSymbols.keys { #expect(PhysicalUnit.meters(name) == nil) }
    }

    @Test("a count asks for so many levels, as far as there is something to halve")
    func counts() {
        let image = ImageDescription(axes: [.space("y"), .space("x")], shape: [4, 2], type: .uint8)
        #expect(LevelGeometry(of: image, minSize: 256, count: 2).shapes == [[4, 2], [2, 1]])
        #expect(LevelGeometry(of: image, minSize: 256, count: 9).shapes == [[4, 2], [2, 1], [1, 1]])
        #expect(LevelGeometry(of: image, minSize: 256, count: nil).shapes == [[4, 2]])
    }

    @Test("a caller's factors are taken level by level, the last one repeats, shapes round up")
    func givenFactors() throws {
        let stack = ImageDescription(
            axes: [.c, .space("z"), .space("y"), .space("x")], shape: [2, 20, 500, 301], type: .uint8)
        let geometry = try LevelGeometry(of: stack, minSize: 30, count: nil, factors: [[1, 2, 2], [3, 4, 4]])
        #expect(geometry.factors == [[1, 1, 1, 1], [1, 1, 2, 2], [1, 3, 4, 4], [1, 3, 4, 4]])
        #expect(geometry.shapes == [[2, 20, 500, 301], [2, 20, 250, 151], [2, 7, 63, 38], [2, 3, 16, 10]])
        #expect(geometry.cumulativeFactors(level: 3) == [1, 9, 32, 32])
        let counted = try LevelGeometry(of: stack, minSize: 1, count: 2, factors: [[5]])
        #expect(counted.shapes == [[2, 20, 500, 301], [2, 20, 500, 61]])
    }

    @Test("axes of one element are not reduced any more, and levels end where nothing is")
    func exhaustedFactors() throws {
        let image = ImageDescription(axes: [.space("y"), .space("x")], shape: [3, 40], type: .uint8)
        let geometry = try LevelGeometry(of: image, minSize: 1, count: nil, factors: [[16, 16], [16, 1], [1, 2]])
        #expect(geometry.factors == [[1, 1], [16, 16], [1, 2], [1, 2]])
        #expect(geometry.shapes == [[3, 40], [1, 3], [1, 2], [1, 1]])
    }

    @Test("factors that reduce time, channels or nothing, or that are no step, are refused with what would do")
    func refusedFactors() {
        let series = ImageDescription(axes: [.t(), .c] + micrometers(1, 1), shape: [4, 3, 8, 60, 60], type: .uint8)
        func message(_ factors: [[Int]]) -> String? {
            #expect(throws: PyramidError.self) {
                try LevelGeometry(of: series, minSize: 8, count: nil, factors: factors)
            }?.message
        }
        #expect(message([[2, 1, 2, 2]])?.contains("axis c") == true)
        #expect(message([[2, 1, 1, 2, 2]])?.contains("1,1,1,2,2") == true)
        #expect(message([[2, 2], [1, 1]])?.contains("reduce nothing") == true)
        #expect(message([[0, 2]])?.contains("from 1 to 16") == true)
        #expect(message([[17]])?.contains("from 1 to 16") == true)
        #expect(message([[2, 2, 2, 2, 2, 2]])?.contains("axes t,c,z,y,x") == true)
        #expect(message([[]]) != nil)
    }
}
