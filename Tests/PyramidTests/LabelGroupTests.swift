import OMEZarr
import Pyramid
import Testing
import Zarr

@Suite("The labels group of an image")
struct LabelGroupTests {
    @Test("lists each name once, and keeps what else it says", arguments: OMEZarrVersion.allCases)
    func list(_ version: OMEZarrVersion) throws {
        let store = MemoryStore(), group = try LabelGroup(ofImage: StoreKey("A/1/0"), version: version)
        #expect(try group.names(in: store) == [])
        try group.list(["b"], in: store)
        var attributes = try ZarrGroup.open(store, group.key).attributes
        attributes["mine"] = ["kept": 1.50]
        try ZarrGroup.create(store, group.key, format: version.zarrFormat, attributes: attributes)
        try group.list(["a", "b"], in: store)
        #expect(try group.names(in: store) == ["b", "a"])
        let written = try ZarrGroup.open(store, group.key).attributes
        #expect(written["mine"] == ["kept": 1.50])
        #expect(version == .v04 ? written["ome"] == nil : written["ome"]?["version"] == "0.5")
    }
}

@Suite("Steps between the levels of an image")
struct LevelStepsTests {
    private func image(_ shapes: [[Int]], scales: [Double]? = nil) -> ImageDescription {
        ImageDescription(
            axes: [.space("y"), .space("x")],
            levels: shapes.enumerated().map { number, shape in
                let scale = scales?[number] ?? 1
                return .init(shape: shape, scale: [scale, scale], translation: [0, 0])
            }, type: .uint8)
    }

    @Test("are found whichever way sizes were rounded")
    func rounding() throws {
        for extent in 2...200 {
            let up = (extent + 1) / 2, down = extent / 2
            for half in [up, down] {
                let steps = try LevelGeometry.steps(of: image([[extent, 7], [half, 7]]))
                #expect(steps == [[1, 1], [extent == half ? 1 : 2, 1]], "\(extent) to \(half)")
            }
        }
        #expect(try LevelGeometry.steps(of: image([[90, 90], [30, 30], [10, 10]])) == [[1, 1], [3, 3], [3, 3]])
        // Three pixels may have become one by a step of 2 or 3: the scales tell.
        #expect(try LevelGeometry.steps(of: image([[3, 3], [1, 1]], scales: [1, 3])) == [[1, 1], [3, 3]])
        #expect(try LevelGeometry.steps(of: image([[3, 3], [1, 1]], scales: [1, 2])) == [[1, 1], [2, 2]])
    }

    @Test("that are no whole numbers cannot be followed, nor levels that grow")
    func refusals() {
        for shapes in [[[100, 100], [70, 70]], [[10, 10], [20, 20]], [[10, 10], [0, 0]]] {
            #expect(throws: PyramidError.self) { try LevelGeometry.steps(of: image(shapes)) }
        }
    }

    @Test("lead to the levels of the image, whatever the other options say")
    func plan() throws {
        let description = ImageDescription(
            axes: [.space("z"), .space("y"), .space("x")], shape: [1, 33, 20], type: .uint16, isLabels: true)
        let source = StaticImage(
            description: description, pixels: PixelBuffer(shape: [1, 33, 20], type: .pixel(.uint16)))
        var options = PyramidOptions(compression: [], memory: 1 << 30, threads: 1)
        options.steps = [[1, 1, 1], [1, 2, 2], [2, 2, 1]]
        let plan = try PyramidPlan(of: source, options)
        #expect(plan.levels.map(\.shape) == [[1, 33, 20], [1, 17, 10], [1, 9, 10]])
        #expect(plan.levels[2].scale == [2, 4, 2] && plan.levels[2].translation == [0.5, 1.5, 0.5])
        #expect(plan.method == .mode && plan.steps == options.steps)
    }
}
