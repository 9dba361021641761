import OMEZarr
import Testing
import Zarr

@Suite("Attributes of OME-Zarr 0.1 to 0.3")
struct OldVersionTests {
    private func image(_ version: String?, axes: JSONValue? = nil) -> JSONValue {
        var entry: JSONObject = [
            "name": "cells", "type": "gaussian", "datasets": [["path": "0"], ["path": "1", "own": 3]],
        ]
        entry["version"] = version.map { .string($0) }
        entry["axes"] = axes
        return ["multiscales": [.object(entry)], "lab": 7]
    }

    private func upgraded(_ attributes: JSONValue, _ shapes: [[Int]] = [[9, 8], [5, 4]]) throws -> JSONValue {
        try OMEAttributes.upgraded(attributes) { paths in
            #expect(paths == ["0", "1"])
            return shapes
        }
    }

    @Test("get axes with types and levels with scales", arguments: ["0.1", "0.2", "0.3", nil] as [String?])
    func images(version: String?) throws {
        let axes: JSONValue? = version == "0.3" ? ["y", "x"] : nil
        let result = try upgraded(image(version, axes: axes))
        let entry = try #require(result["multiscales"]?[0])
        #expect(entry["version"] == "0.4" && entry["name"] == "cells" && entry["type"] == "gaussian")
        #expect(entry["axes"] == [["name": "y", "type": "space"], ["name": "x", "type": "space"]])
        let second = try #require(entry["datasets"]?[1])
        #expect(second["path"] == "1" && second["own"] == 3)
        #expect(second["coordinateTransformations"] == [["type": "scale", "scale": [1.8, 2.0]]])
        #expect(result["lab"] == 7)
        #expect(try OMEAttributes.upgraded(result) { _ in [] } == result, "what is up to date stays")
    }

    @Test("have axes of two to five dimensions", arguments: 2...5)
    func dimensions(rank: Int) throws {
        let shape = [Int](repeating: 6, count: rank)
        let result = try upgraded(image("0.1"), [shape, shape])
        let names = (result["multiscales"]?[0]?["axes"]?.array ?? []).compactMap { $0["name"]?.string }
        #expect(names == Array(["t", "c", "z", "y", "x"].suffix(rank)))
    }

    @Test("contradict their arrays where they name other axes than those have")
    func contradiction() throws {
        #expect(throws: OMEZarrError.self) { try upgraded(image("0.3", axes: ["z", "y", "x"])) }
        #expect(throws: OMEZarrError.self) { try upgraded(image("0.1"), [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]) }
    }

    @Test("of plates get indices, where rows and columns are known")
    func plates() throws {
        let plate: JSONValue = [
            "plate": [
                "version": "0.1", "rows": [["name": "A"], ["name": "B"]], "columns": [["name": "7"]],
                "wells": [["path": "B/7"], ["path": "C/7"], ["path": "nonsense"]],
            ]
        ]
        let result = try OMEAttributes.upgraded(plate) { _ in [] }
        #expect(result["plate"]?["version"] == "0.4")
        #expect(
            result["plate"]?["wells"]
                == [["path": "B/7", "rowIndex": 1, "columnIndex": 0], ["path": "C/7"], ["path": "nonsense"]])
    }

    @Test(
        "of 0.4 and later stay as they are",
        arguments: [
            ["multiscales": [["version": "0.4", "axes": ["y"], "datasets": []]]], ["ome": ["version": "0.5"]],
            ["labels": ["a"]], [:], ["multiscales": [["coordinateSystems": [["name": "a"]]]]],
        ] as [JSONValue])
    func others(attributes: JSONValue) throws {
        #expect(try OMEAttributes.upgraded(attributes) { _ in [] } == attributes)
    }

    @Test("what is no version's of OME-Zarr is everything else")
    func foreignMembers() {
        let flat: JSONValue = ["multiscales": [], "omero": [:], "labels": ["a"], "lab": 1, "ome-zarr": [:]]
        #expect(OMEAttributes.others(flat).keys == ["lab", "ome-zarr"])
        let nested: JSONValue = ["ome": ["version": "0.5"], "lab": 1, "labels": [7], "multiscales": []]
        #expect(OMEAttributes.others(nested).keys == ["lab", "labels"])
    }
}
