import OMEZarr
import Pyramid
import Testing

@Suite("The levels of a part of an image")
struct PartStepsTests {
    private static func image(_ shapes: [[Int]], _ axes: [Axis]? = nil) -> ImageDescription {
        let levels = shapes.map { shape in
            ImageDescription.Level(
                shape: shape, scale: zip(shapes[0], shape).map { (Double($0) / Double($1)).rounded() },
                translation: shape.map { _ in 0 })
        }
        return ImageDescription(
            axes: axes ?? Array([.c, .space("z"), .space("y"), .space("x")].suffix(shapes[0].count)), levels: levels,
            type: .uint8)
    }

    private static let volume = image([[2, 9, 100, 80], [2, 9, 50, 40], [2, 5, 25, 20], [2, 3, 13, 10]])

    private static func steps(_ shape: [Int]) throws -> [[Int]] {
        try LevelGeometry.steps(of: volume, for: image([shape]))
    }

    @Test("the whole has the levels of the image")
    func whole() throws {
        #expect(
            try Self.steps([2, 9, 100, 80]) == [[1, 1, 1, 1], [1, 1, 2, 2], [1, 2, 2, 2], [1, 2, 2, 2]])
    }

    @Test("no level is made of one that is on no axis longer than the coarsest")
    func small() throws {
        #expect(try Self.steps([2, 3, 13, 10]) == [[1, 1, 1, 1]])
        #expect(try Self.steps([1, 3, 14, 10]) == [[1, 1, 1, 1], [1, 1, 2, 2]])
        #expect(try Self.steps([2, 9, 13, 10]).count == 4)
    }

    @Test("axes of one element are not reduced, and steps that would reduce nothing else are left out")
    func thin() throws {
        #expect(try Self.steps([2, 1, 100, 80]) == [[1, 1, 1, 1]] + [[Int]](repeating: [1, 1, 2, 2], count: 3))
        #expect(try Self.steps([2, 9, 1, 1]) == [[1, 1, 1, 1], [1, 2, 1, 1], [1, 2, 1, 1]])
        #expect(try Self.steps([2, 1, 1, 1]) == [[1, 1, 1, 1]])
    }

    @Test("every part has levels that can be made, and never more than the image")
    func everyPart() throws {
        for z in 1...9 {
            for y in stride(from: 1, through: 100, by: 7) {
                for x in 1...20 {
                    let steps = try Self.steps([1, z, y, x])
                    #expect((1...4).contains(steps.count) && steps[0] == [1, 1, 1, 1])
                    var shape = [1, z, y, x]
                    for step in steps.dropFirst() {
                        #expect(step.contains { $0 > 1 })
                        #expect(zip(step, shape).allSatisfy { $0 == 1 || $1 > 1 })
                        shape = zip(shape, step).map { ($0 + $1 - 1) / $1 }
                    }
                }
            }
        }
    }

    @Test("levels that reduce time or channels are none that can be made")
    func channels() throws {
        let image = Self.image([[4, 10, 10], [2, 5, 5]], [.c, .space("y"), .space("x")])
        let error = #expect(throws: PyramidError.self) { try LevelGeometry.steps(of: image, for: image) }
        #expect(error?.message.contains("reduce the axis c") == true)
    }
}
