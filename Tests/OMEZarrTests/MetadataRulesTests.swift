import OMEZarr
import Testing
import Zarr

@Suite("What schemas cannot see")
struct MetadataRulesTests {
    private static let y: JSONValue = ["name": "y", "type": "space", "unit": "micrometer"]
    private static let x: JSONValue = ["name": "x", "type": "space", "unit": "micrometer"]
    private static let c: JSONValue = ["name": "c", "type": "channel"]
    private static let t: JSONValue = ["name": "t", "type": "time", "unit": "second"]

    private static func scale(_ values: [Double]) -> JSONValue {
        ["type": "scale", "scale": .array(values.map { JSONValue($0) })]
    }
    private static func translation(_ values: [Double]) -> JSONValue {
        ["type": "translation", "translation": .array(values.map { JSONValue($0) })]
    }

    /// An image that breaks no rule, with parts replaced.
    private static func image(
        axes: [JSONValue] = [y, x], transformations: [JSONValue]? = nil, omero: JSONValue? = nil
    ) -> JSONValue {
        let own = transformations ?? [scale([Double](repeating: 1, count: axes.count))]
        var ome: JSONValue = [
            "version": "0.5",
            "multiscales": [
                [
                    "name": "image", "type": "mean", "metadata": [:], "axes": .array(axes),
                    "datasets": [["path": "0", "coordinateTransformations": .array(own)]],
                ]
            ],
        ]
        ome["omero"] = omero
        return ["ome": ome]
    }

    private func findings(_ json: JSONValue, _ kind: OMEZarrValidator.MetadataKind = .image) -> [Finding] {
        OMEZarrValidator.validateAttributes(json, version: .v05, kind: kind).findings
    }

    @Test("an image that breaks no rule has no finding")
    func sound() {
        #expect(findings(Self.image()) == [])
        #expect(findings(Self.image(axes: [Self.t, Self.c, Self.y, Self.x])) == [])
    }

    @Test("each broken rule is found once, with its number")
    func brokenRules() throws {
        let cases: [(JSONValue, Int, Finding.Severity)] = [
            (Self.image(axes: [Self.y, Self.c, Self.x]), 16, .error),
            (Self.image(axes: [Self.c, Self.t, Self.y, Self.x]), 16, .error),
            (Self.image(axes: [Self.c, ["name": "angle", "type": "angle"], Self.y, Self.x]), 15, .error),
            (Self.image(axes: [["name": "y", "type": "space"], ["name": "y", "type": "space", "a": 1]]), 10, .error),
            (Self.image(axes: [["name": "y", "type": "space", "unit": "micron"], Self.x]), 12, .warning),
            (Self.image(transformations: [Self.scale([1, 1, 1])]), 24, .error),
            (Self.image(transformations: [Self.translation([1, 1]), Self.scale([1, 1])]), 24, .error),
            (
                Self.image(transformations: [Self.scale([1, 1]), Self.translation([1, 1]), Self.translation([1, 1])]),
                24,
                .error
            ),
            (Self.image(transformations: [Self.scale([0, 1])]), 24, .warning),
            (Self.image(omero: ["channels": [["color": "#FF0000", "window": Self.window]]]), 50, .error),
            (Self.image(omero: ["channels": [["window": Self.window]]]), 51, .error),
        ]
        for (json, rule, severity) in cases {
            let found = findings(json)
            #expect(found.map(\.rule) == [rule], "\(json)")
            #expect(found.first?.severity == severity, "\(json)")
        }
    }

    private static let window: JSONValue = ["min": 0, "max": 1, "start": 0, "end": 1]

    @Test("where the schemas count axes otherwise than the text, the schemas are followed, and the reason is said")
    func miscounted() {
        let bare: JSONValue = ["name": "t"]
        let z: JSONValue = ["name": "z", "type": "space"]
        let untyped = OMEZarrValidator.validateAttributes(
            Self.image(axes: [bare, z, Self.y, Self.x]), version: .v05, kind: .image)
        #expect(!untyped.agreesWithSchemas())
        #expect(untyped.findings.contains { $0.rule == 15 && $0.message.contains("4 axes") })
        let strange: JSONValue = ["name": "y", "type": "space", "unit": 5]
        let report = OMEZarrValidator.validateAttributes(
            Self.image(axes: [strange, Self.x]), version: .v05, kind: .image)
        #expect(!report.agreesWithSchemas())
        #expect(report.findings.map(\.rule) == [12, 15])
    }

    @Test("a finding points at the member it is about")
    func pointers() {
        let found = findings(Self.image(axes: [["name": "y", "type": "space", "unit": "furlong"], Self.x]))
        #expect(found.map(\.pointer) == ["/ome/multiscales/0/axes/0/unit"])
    }

    @Test("a number such as 1.0 is an integer, 1.5 is not")
    func integers() {
        func well(_ acquisition: JSONValue) -> JSONValue {
            ["ome": ["version": "0.5", "well": ["images": [["path": "0", "acquisition": acquisition]]]]]
        }
        #expect(findings(well(1.0), .well) == [])
        #expect(findings(well(1.5), .well).map(\.rule) == [66])
    }

    @Test("entries that differ only in the order of members or the text of numbers are the same")
    func uniqueness() {
        func well(_ images: [JSONValue]) -> JSONValue {
            ["ome": ["version": "0.5", "well": ["images": .array(images)]]]
        }
        let twice = well([["path": "0", "acquisition": 1], ["acquisition": 1.0, "path": "0"]])
        #expect(!OMEZarrValidator.validateAttributes(twice, version: .v05, kind: .well).agreesWithSchemas())
    }

    @Test("no JSON value in any place makes the validator trap")
    func hostile() throws {
        let values: [JSONValue] = [
            nil, true, -1, 1.5, "", "0", [], [[]], [nil], [:], ["": nil], ["name": 1], 18_446_744_073_709_551,
            try JSONValue.parse("1e999"), try JSONValue.parse("-0"),
        ]
        let keys = [
            "multiscales", "omero", "image-label", "labels", "plate", "well", "bioformats2raw.layout", "series",
            "version", "scene",
        ]
        let inner = [
            "axes", "datasets", "channels", "colors", "wells", "rows", "columns", "images", "acquisitions",
            "coordinateSystems", "coordinateTransformations",
        ]
        for value in values {
            for key in keys {
                var documents: [JSONValue] = [value, [key: value], [key: [value]]]
                documents += inner.map { [key: [$0: value]] } + inner.map { [key: [[$0: [value]]]] }
                for document in documents {
                    for kind in OMEZarrValidator.MetadataKind.allCases {
                        _ = OMEZarrValidator.validateAttributes(document, version: .v04, kind: kind)
                        _ = OMEZarrValidator.validateAttributes(["ome": document], version: .v05, kind: kind)
                        _ = OMEZarrValidator.validateAttributes(["ome": document], version: .v06, kind: kind)
                    }
                    _ = try? ImageMetadata(reading: document, shapes: [[4, 4]], type: .uint8)
                    _ = try? ImageMetadata(
                        reading: ["multiscales": [["datasets": [["path": "0"]], "axes": value]]],
                        shapes: [[4, 4]], type: .uint8)
                }
            }
        }
    }

    @Test(
        "no exchange of two values in a published document makes reader or validator trap",
        .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func exchanges() throws {
        let root = "ngff-spec/0.6rc0/tests/attributes/spec/valid"
        var numbers = RandomNumbers(seed: 6), documents = [JSONValue](), findings = 0
        for folder in try Fixtures.names(root) {
            for name in try Fixtures.names("\(root)/\(folder)") {
                documents.append(try Fixtures.json("\(root)/\(folder)/\(name)"))
            }
        }
        let values = documents.flatMap(Self.values)
        #expect(documents.count == 28 && values.count == 1539)
        for _ in 0..<2000 {
            let document = try #require(documents.randomElement(using: &numbers))
            let value = try #require(values.randomElement(using: &numbers))
            var place = Int.random(in: 0..<Self.values(document).count, using: &numbers)
            let changed = Self.replacing(document, &place, value)
            _ = try? ImageMetadata(reading: changed, shapes: [[4, 4], [2, 2], [1, 1]], type: .uint8)
            let store = MemoryStore()
            try ZarrGroup.create(store, attributes: changed.object == nil ? [:] : changed)
            findings += try OMEZarrValidator.validate(store).errorCount
        }
        #expect(findings > 2000)
    }

    /// A value and all values inside it.
    private static func values(_ json: JSONValue) -> [JSONValue] {
        [json] + (json.array ?? json.object.map { $0.map(\.value) } ?? []).flatMap(values)
    }

    /// The value with the one at a place in the order of ``values(_:)`` replaced.
    private static func replacing(_ json: JSONValue, _ place: inout Int, _ value: JSONValue) -> JSONValue {
        place -= 1
        if place == -1 { return value }
        if let list = json.array { return .array(list.map { replacing($0, &place, value) }) }
        guard var members = json.object else { return json }
        for (name, member) in members { members[name] = replacing(member, &place, value) }
        return .object(members)
    }
}
