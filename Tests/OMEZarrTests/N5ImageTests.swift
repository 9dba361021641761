import OMEZarr
import Testing
import Zarr

@Suite("N5Image")
struct N5ImageTests {
    /// A store with a group and datasets, whose lists name x first.
    private func store(_ group: JSONValue, _ datasets: [String: JSONValue]) throws -> MemoryStore {
        let store = MemoryStore()
        try store.write(StoreKey("attributes.json"), group.serialized())
        for (path, attributes) in datasets {
            try store.write(StoreKey("\(path)/attributes.json"), attributes.serialized())
        }
        return store
    }

    private func dataset(_ dimensions: [Int], _ type: String = "uint16", _ more: JSONObject = [:]) -> JSONValue {
        var attributes: JSONObject = [
            "dimensions": JSONValue(dimensions), "blockSize": JSONValue(dimensions.map { max(1, $0) }),
            "dataType": .string(type), "compression": ["type": "raw"],
        ]
        for (name, value) in more { attributes[name] = value }
        return .object(attributes)
    }

    @Test(
        "neuroglancer's images have their levels, scales and units", .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: ["n5_viewer_multiscale_modern", "n5_viewer_multiscale_deprecated"])
    func neuroglancer(name: String) throws {
        let image = try #require(try N5Image(Fixtures.store("neuroglancer/testdata/datasource/n5/\(name)")))
        #expect(image.description.axes.map(\.name) == ["y", "x"])
        #expect(image.description.axes.map(\.unit) == ["second", "nanometer"])
        #expect(image.description.axes.map(\.spacing) == [20, 10])
        #expect(image.description.levels.map(\.shape) == [[20, 10], [10, 5], [5, 3]])
        #expect(image.description.levels.map(\.scale) == [[20, 10], [40, 20], [80, 40]])
        #expect(image.description.levels.map(\.translation) == [[0, 0], [10, 5], [30, 15]])
        let pixels = try image.read(Region(wholeOf: [5, 3]), level: 2)
        #expect(try pixels.bytes == image.levels[2].read(Region(wholeOf: [5, 3])).bytes)
    }

    @Test("the distance is that of pixelResolution, in the group or in s0, with a unit or without")
    func pixelResolution() throws {
        let full: JSONValue = ["unit": "um", "dimensions": [0.5, 0.25, 2.0]]
        for (group, first, unit) in [
            (["pixelResolution": full], [:], "micrometer"), ([:], ["pixelResolution": full], "micrometer"),
            (["pixelResolution": [0.5, 0.25, 2.0]], [:], nil),
        ] as [(JSONValue, JSONObject, String?)] {
            let store = try store(group, ["s0": dataset([4, 3, 2], "uint8", first)])
            let image = try #require(try N5Image(store))
            #expect(image.description.axes.map(\.name) == ["z", "y", "x"])
            #expect(image.description.axes.map(\.spacing) == [2, 0.25, 0.5])
            #expect(image.description.axes.map(\.unit) == [unit, unit, unit])
        }
    }

    @Test("without factors the shapes say how much a level is reduced")
    func factorsOfShapes() throws {
        let image = try #require(try N5Image(store([:], ["s0": dataset([8, 6]), "s1": dataset([4, 3])])))
        #expect(image.description.levels.map(\.scale) == [[1, 1], [2, 2]])
        #expect(image.description.levels.map(\.translation) == [[0, 0], [0.5, 0.5]])
    }

    @Test("lists that are none, or of another length, are passed over")
    func badLists() throws {
        let group: JSONValue = ["axes": ["x"], "units": "nm", "resolution": [0, -1], "downsamplingFactors": [[1], 3]]
        let image = try #require(try N5Image(store(group, ["s0": dataset([8, 6])])))
        #expect(image.description.axes.map(\.name) == ["y", "x"] && image.description.levels[0].scale == [1, 1])
    }

    @Test("a group without s0 is no image")
    func noImage() throws {
        #expect(try N5Image(store(["n5": "4.0.0"], ["s1": dataset([2, 2]), "raw": dataset([2, 2])])) == nil)
        #expect(try N5Image(store(dataset([2, 2]), [:])) == nil)
        #expect(try N5Image(MemoryStore()) == nil)
    }

    @Test("levels of several types or ranks are refused")
    func contradictions() throws {
        for other in [dataset([4, 3], "float32"), dataset([4, 3, 1])] {
            let error = #expect(throws: OMEZarrError.self) {
                try N5Image(store([:], ["s0": dataset([8, 6]), "s1": other]))
            }
            #expect(error?.code == .corrupt)
        }
    }

    /// One dataset alone: what is said in its group and of itself, and the scale and translation that follow.
    @Test("a dataset alone lies where its own attributes or its group's say")
    func datasets() throws {
        let group: JSONValue = ["resolution": [0.5, 2.0], "units": ["um", "nm"]]
        let cases: [(JSONValue, String, JSONObject, [Double], [Double], [String?])] = [
            ([:], "s0", [:], [1, 1], [0, 0], [nil, nil]),
            (group, "s0", [:], [2, 0.5], [0, 0], ["nanometer", "micrometer"]),
            (group, "s1", ["downsamplingFactors": [4, 2]], [4, 2], [1, 0.75], ["nanometer", "micrometer"]),
            ([:], "s1", ["downsamplingFactors": [4, 2]], [2, 4], [0.5, 1.5], [nil, nil]),
            (["downsamplingFactors": [[1, 1], [4, 2]]], "s1", [:], [2, 4], [0.5, 1.5], [nil, nil]),
            (["downsamplingFactors": [[1, 1], [4, 2]]], "c1", [:], [1, 1], [0, 0], [nil, nil]),
            // What a dataset says of its own pixels needs no factor.
            (
                group, "s1", ["downsamplingFactors": [4, 2], "resolution": [2.0, 4.0]], [4, 2], [1, 0.75],
                ["nanometer", "micrometer"]
            ),
            (
                [:], "any", ["pixelResolution": ["dimensions": [3.0, 5.0], "unit": "mm"]], [5, 3], [0, 0],
                ["millimeter", "millimeter"]
            ),
        ]
        for (group, name, attributes, scale, translation, units) in cases {
            let store = try store(group, [name: dataset([8, 6], "uint16", attributes)])
            let array = try ZarrArray.open(store, StoreKey(name)).metadata
            let image = N5Image.description(of: array, .uint16, named: name, in: group)
            #expect(image.shape == [6, 8] && image.axes.map(\.name) == ["y", "x"])
            #expect(image.levels.map(\.scale) == [scale] && image.axes.map(\.spacing) == scale, "\(attributes)")
            #expect(image.levels.map(\.translation) == [translation], "\(attributes)")
            #expect(image.axes.map(\.unit) == units)
        }
    }
}
