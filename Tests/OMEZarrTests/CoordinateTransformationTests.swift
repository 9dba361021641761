import OMEZarr
import Testing
import Zarr

@Suite("Coordinate transformations")
struct CoordinateTransformationTests {
    private typealias Kind = CoordinateTransformation.Kind

    private func kind(_ json: String) throws -> Kind { CoordinateTransformation(reading: try .parse(json)).kind }

    @Test("each type is read as what it is")
    func types() throws {
        let half = CoordinateTransformation(.scale([0.5]))
        let cases: [(String, Kind)] = [
            (#"{"type":"identity"}"#, .identity),
            (#"{"type":"scale","scale":[1,2.5]}"#, .scale([1, 2.5])),
            (#"{"type":"translation","translation":[-1]}"#, .translation([-1])),
            (#"{"type":"mapAxis","mapAxis":[1,2,0]}"#, .mapAxis([.index(1), .index(2), .index(0)])),
            (#"{"type":"projectAxis","droppedInputs":[0]}"#, .projectAxis(dropped: [0], created: [])),
            (#"{"type":"affine","affine":[[1,0,2],[0,1,3]]}"#, .affine([[1, 0, 2], [0, 1, 3]])),
            (#"{"type":"rotation","rotation":[[0,1],[-1,0]]}"#, .rotation([[0, 1], [-1, 0]])),
            (#"{"type":"affine","path":"a"}"#, .stored(type: "affine", path: "a")),
            (#"{"type":"scale","path":"a"}"#, .stored(type: "scale", path: "a")),
            (#"{"type":"sequence","transformations":[{"type":"scale","scale":[0.5]}]}"#, .sequence([half])),
            (
                #"{"type":"bijection","forward":{"type":"scale","scale":[0.5]},"inverse":{"type":"identity"}}"#,
                .bijection(forward: half, inverse: .init(.identity))
            ),
            (#"{"type":"displacements","path":"d"}"#, .displacements(.init(path: "d"))),
            (
                #"{"type":"coordinates","path":"d","interpolation":"linear"}"#,
                .coordinates(.init(path: "d", interpolation: "linear"))
            ),
        ]
        for (json, expected) in cases {
            #expect(try kind(json) == expected)
            #expect(CoordinateTransformation(expected).type == (try JSONValue.parse(json)["type"]?.string))
        }
    }

    @Test("the spellings of the development versions are read as that of the release candidate")
    func spellings() throws {
        let inner = #""transformation":{"type":"scale","scale":[2]}"#
        let expected = try kind(
            #"{"type":"byDimension","transformations":[{\#(inner),"inputAxes":[0],"outputAxes":[1]}]}"#)
        #expect(
            try kind(#"{"type":"byDimension","transformations":[{\#(inner),"input_axes":[0],"output_axes":[1]}]}"#)
                == expected)
        let named = try kind(
            #"{"type":"byDimension","transformations":[{"type":"scale","scale":[2],"input_axes":["x"],"output_axes":["y"]}]}"#
        )
        guard case .byDimension(let parts) = named else {
            Issue.record("\(named)")
            return
        }
        #expect(parts.map(\.inputAxes) == [[.name("x")]] && parts.map(\.outputAxes) == [[.name("y")]])
        #expect(parts.map(\.transformation.kind) == [.scale([2])])
        let ends = CoordinateTransformation(
            reading: ["type": "identity", "input": "0", "output": ["name": "world", "path": "b"]])
        #expect(ends.input == .init(name: "0") && ends.output == .init(name: "world", path: "b"))
        #expect(CoordinateTransformation(reading: ["type": "identity", "input": 3]).input == nil)
    }

    @Test("what makes no sense is kept as it is written, however deep it is")
    func unknown() throws {
        let wrong = [
            "7", "[]", "{}", #"{"type":7}"#, #"{"type":"shear"}"#, #"{"type":"scale"}"#,
            #"{"type":"scale","scale":["a"]}"#,
            #"{"type":"scale","scale":[1e999]}"#, #"{"type":"mapAxis","mapAxis":[0.5]}"#,
            #"{"type":"affine","affine":[1,2],"path":"a"}"#, #"{"type":"rotation","rotation":[[1,"2"]]}"#,
            #"{"type":"projectAxis","droppedInputs":"0"}"#, #"{"type":"displacements"}"#,
            #"{"type":"sequence","transformations":{}}"#, #"{"type":"bijection","forward":{"type":"identity"}}"#,
            #"{"type":"byDimension","transformations":[{"inputAxes":[0]}]}"#,
        ]
        for text in wrong {
            let json = try JSONValue.parse(text)
            #expect(CoordinateTransformation(reading: json).kind == .unknown(json))
        }
        var json: JSONValue = ["type": "identity"]
        for _ in 0..<60 { json = ["type": "sequence", "transformations": [json]] }
        var transformation = CoordinateTransformation(reading: json), depth = 0
        while case .sequence(let list) = transformation.kind {
            transformation = list[0]
            depth += 1
        }
        #expect(depth == 16 && transformation.type == "sequence")
    }

    @Test(
        "all types of the examples of RFC-5 are understood, in images and in scenes",
        .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func examples() throws {
        let counts = try Self.counts("rfc5-examples")
        print("RFC-5 examples: \(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })")
        #expect(
            counts == [
                "scale": 77, "translation": 48, "sequence": 35, "affine": 9, "rotation": 8, "identity": 6,
                "displacements": 5, "byDimension": 3, "mapAxis": 2, "coordinates": 2, "bijection": 1,
            ])
    }

    /// How often each type occurs in the groups below a folder, inside others included.
    private static func counts(_ folder: String) throws -> [String: Int] {
        var counts = [String: Int]()
        func count(_ transformation: CoordinateTransformation) {
            switch transformation.kind {
            case .sequence(let list): list.forEach(count)
            case .byDimension(let parts): parts.map(\.transformation).forEach(count)
            case .bijection(let forward, let inverse): [forward, inverse].forEach(count)
            case .unknown(let json): Issue.record("not understood: \(json)")
            default: break
            }
            counts[transformation.type ?? "", default: 0] += 1
        }
        func visit(_ json: JSONValue) {
            json.array?.forEach(visit)
            for (name, value) in json.object ?? [:] {
                if name == "coordinateTransformations" {
                    value.array?.forEach { count(CoordinateTransformation(reading: $0)) }
                } else {
                    visit(value)
                }
            }
        }
        for path in try Fixtures.files(folder, named: "zarr.json") { visit(try Fixtures.json(path)) }
        return counts
    }
}
