import OMEZarr
import Testing
import Zarr

@Suite("What schemas cannot see in 0.6")
struct CoordinateSystemRulesTests {
    private static let axes: JSONValue = [
        ["name": "z", "type": "space"], ["name": "y", "type": "space"], ["name": "x", "type": "space"],
    ]

    private static func level(_ path: JSONValue, _ transformation: JSONValue, output: JSONValue = "a") -> JSONValue {
        var place = transformation
        place["input"] = ["path": path]
        place["output"] = ["name": output]
        return ["path": path, "coordinateTransformations": [place]]
    }

    /// A transformation between coordinate systems of three axes.
    private static func link(_ json: JSONValue, from input: JSONValue = "a", to output: JSONValue = "b") -> JSONValue {
        var json = json
        json["input"] = ["name": input]
        json["output"] = ["name": output]
        return json
    }

    private static let scale: JSONValue = ["type": "scale", "scale": [1, 2, 3]]
    private static let translation: JSONValue = ["type": "translation", "translation": [1, 2, 3]]

    /// An image of the systems "a", where its levels lie, and "b", that breaks no rule; with parts replaced.
    private static func image(
        systems: [JSONValue]? = nil, levels: [JSONValue]? = nil, links: [JSONValue]? = nil
    ) -> JSONValue {
        let systems = systems ?? [["name": "a", "axes": axes], ["name": "b", "axes": axes]]
        let entry: JSONValue = [
            "name": "image", "type": "mean", "metadata": [:], "coordinateSystems": .array(systems),
            "datasets": .array(levels ?? [level("0", scale)]),
            "coordinateTransformations": .array(links ?? [link(["type": "identity"])]),
        ]
        return ["ome": ["version": "0.6", "multiscales": [entry]]]
    }

    private func rules(_ json: JSONValue, _ kind: OMEZarrValidator.MetadataKind = .image) -> [Int] {
        let report = OMEZarrValidator.validateAttributes(json, version: .v06, kind: kind)
        #expect(report.agreesWithSchemas(), "\(report.findings.map(\.description))")
        return report.findings.filter { $0.severity == .error }.map(\.rule)
    }

    private func rules(link json: JSONValue) -> [Int] { rules(Self.image(links: [Self.link(json)])) }

    @Test("an image that breaks no rule has no finding, by its final name and by that of a candidate")
    func sound() {
        var json = Self.image()
        #expect(OMEZarrValidator.validateAttributes(json, version: .v06, kind: .image).findings == [])
        json["ome"]?["version"] = "0.6rc0"
        #expect(OMEZarrValidator.validateAttributes(json, version: .v06, kind: .image).findings == [])
    }

    @Test("the levels of an image lie in one coordinate system that is listed, each by its own path")
    func levels() {
        let pair: JSONValue = ["type": "sequence", "transformations": [Self.scale, Self.translation]]
        let swapped: JSONValue = ["type": "sequence", "transformations": [Self.translation, Self.scale]]
        var elsewhere = Self.level("0", Self.scale)
        elsewhere["path"] = "1"
        let cases: [([JSONValue], [Int])] = [
            ([Self.level("0", Self.scale), Self.level("1", pair)], []),
            ([Self.level("0", swapped)], [31]),
            ([Self.level("0", Self.scale), Self.level("0", pair)], [22]),
            ([Self.level("0", Self.scale, output: "c")], [32, 34]),
            ([Self.level("0", Self.scale), Self.level("1", pair, output: "b")], [32]),
            ([elsewhere], [32]),
            ([Self.level("0", ["type": "scale", "scale": [1, 2]])], [41]),
        ]
        for (levels, expected) in cases { #expect(rules(Self.image(levels: levels)) == expected, "\(levels)") }
    }

    @Test("coordinate systems have names of their own, axes in order, and hang together")
    func systems() {
        let a: JSONValue = ["name": "a", "axes": Self.axes], b: JSONValue = ["name": "b", "axes": Self.axes]
        let unordered: JSONValue = [
            "name": "b",
            "axes": [
                ["name": "y", "type": "space"], ["name": "c", "type": "channel"], ["name": "x", "type": "space"],
            ],
        ]
        #expect(rules(Self.image(systems: [a, b, b])) == [30])
        #expect(rules(Self.image(systems: [a, unordered])) == [16])
        #expect(rules(Self.image(systems: [a, b, ["name": "c", "axes": Self.axes]])) == [35])
        let apart = Self.link(["type": "identity"], from: "b", to: "b")
        #expect(rules(Self.image(links: [Self.link(["type": "identity"]), apart])) == [34])
        #expect(rules(Self.image(links: [Self.link(["type": "identity"], to: "c")])) == [34, 35])
    }

    @Test("a coordinate system whose axes are malformed is blamed once")
    func malformedAxes() {
        let json = Self.image(systems: [["name": "a", "axes": 7], ["name": "b", "axes": Self.axes]])
        let report = OMEZarrValidator.validateAttributes(json, version: .v06, kind: .image)
        #expect(report.findings.map(\.rule) == [9] && report.findings[0].pointer.hasSuffix("coordinateSystems/0/axes"))
    }

    @Test("a transformation fits the axes it leads from and to")
    func transformations() {
        func parts(_ axes: [(JSONValue, JSONValue)]) -> JSONValue {
            let parts = axes.map { input, output -> JSONValue in
                ["transformation": ["type": "identity"], "inputAxes": input, "outputAxes": output]
            }
            return ["type": "byDimension", "transformations": .array(parts)]
        }
        let third: JSONValue = [[1, 0, 0], [0, 0.7071, -0.7071], [0, 0.7071, 0.7071]]
        let cases: [(JSONValue, [Int])] = [
            (["type": "mapAxis", "mapAxis": [2, 0, 1]], []),
            (["type": "mapAxis", "mapAxis": [1, 0]], [39, 37]),
            (["type": "mapAxis", "mapAxis": [3, 0, 1]], [39]),
            (["type": "projectAxis", "droppedInputs": [0], "createdOutputs": [2]], []),
            (["type": "projectAxis", "droppedInputs": [0]], [37]),
            (["type": "projectAxis", "droppedInputs": [4], "createdOutputs": [0]], [40]),
            (["type": "affine", "affine": [[1, 0, 0, 5], [0, 1, 0, 5], [0, 0, 1, 5]]], []),
            (["type": "affine", "affine": [[1, 0, 0, 5], [0, 1, 0, 5]]], [37]),
            (["type": "affine", "affine": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]], [42]),
            (["type": "affine", "path": "matrix"], []),
            (["type": "rotation", "rotation": third], []),
            (["type": "rotation", "rotation": [[0, 1], [-1, 0]]], [43, 37]),
            (["type": "rotation", "rotation": [[1, 0, 0], [0, 1, 0], [0, 0, -1]]], [43]),
            (["type": "rotation", "rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 2]]], [43]),
            (["type": "sequence", "transformations": []], [44]),
            (["type": "sequence", "transformations": [Self.scale, ["type": "scale", "scale": [1]]]], [41, 37]),
            (parts([([0], [1]), ([1, 2], [0, 2])]), []),
            (parts([([0], [1]), ([1, 2], [0, 1])]), [46]),
            (parts([([0, 1], [0]), ([2], [1]), ([2], [2])]), [46]),
            (["type": "bijection", "forward": Self.scale, "inverse": ["type": "scale", "scale": [1]]], [41]),
            (["type": "displacements", "path": "field", "interpolation": "cubic"], []),
        ]
        for (json, expected) in cases { #expect(rules(link: json) == expected, "\(json)") }
    }

    @Test("labels are placed by identity, scale or translation only")
    func labels() {
        func link(_ json: JSONValue) -> JSONValue {
            var json = Self.link(json)
            json["output"] = ["name": "p", "path": "labels/cells"]
            return json
        }
        let identity = Self.link(["type": "identity"])
        #expect(rules(Self.image(links: [identity, link(Self.translation)])) == [])
        #expect(rules(Self.image(links: [identity, link(["type": "mapAxis", "mapAxis": [0, 1, 2]])])) == [34])
    }

    @Test("a scene names its own coordinate systems, or the images that have others")
    func scenes() {
        func scene(_ output: JSONValue) -> JSONValue {
            let link: JSONValue = ["type": "identity", "input": ["name": "p", "path": "a"], "output": output]
            let system: JSONValue = ["name": "world", "axes": Self.axes]
            return [
                "ome": [
                    "version": "0.6",
                    "scene": ["coordinateSystems": [system], "coordinateTransformations": [link]],
                ]
            ]
        }
        #expect(rules(scene(["name": "world"]), .scene) == [])
        #expect(rules(scene(["name": "world", "path": "b"]), .scene) == [])
        #expect(rules(scene(["name": "elsewhere"]), .scene) == [75])
    }
}
