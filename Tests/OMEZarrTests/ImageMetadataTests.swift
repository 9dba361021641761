import OMEZarr
import Testing
import Zarr

@Suite("Metadata of an image")
struct ImageMetadataTests {
    /// Two channels, three levels of averages.
    static let fluorescence = ImageDescription(
        name: "cells",
        axes: [
            .t(unit: "second", spacing: 2.5), .c, .space("z", unit: "micrometer", spacing: 2),
            .space("y", unit: "micrometer", spacing: 0.5), .space("x", unit: "micrometer", spacing: 0.5),
        ],
        levels: [
            .init(shape: [3, 2, 9, 101, 64], scale: [2.5, 1, 2, 0.5, 0.5], translation: [0, 0, 0, 0, 0]),
            .init(shape: [3, 2, 9, 51, 32], scale: [2.5, 1, 2, 1, 1], translation: [0, 0, 0, 0.25, 0.25]),
        ], type: .uint16,
        channels: [
            Channel(
                name: "DAPI", color: .init(red: 0, green: 0, blue: 255),
                window: .init(min: 0, max: 4095, start: 100, end: 2000), emissionWavelength: 461.5),
            Channel(
                name: "GFP", color: .init(red: 0, green: 255, blue: 10),
                window: .init(min: 1, max: 900, start: 2, end: 800), isActive: false),
        ])

    static let photograph = ImageDescription(
        name: "tissue", axes: [.c, .space("y"), .space("x")], shape: [3, 10, 20], type: .uint8,
        channels: ["Red", "Green", "Blue"].enumerated().map {
            Channel(
                name: $1, color: .standard(channel: $0, of: 3, isRGB: true),
                window: .init(min: 0, max: 255, start: 0, end: 255))
        }, isRGB: true)

    static let mask = ImageDescription(
        name: "nuclei", axes: [.space("y"), .space("x")], shape: [10, 20], type: .uint32, isLabels: true)

    @Test("what is written in 0.4 is this, to the letter")
    func written04() throws {
        let metadata = try ImageMetadata(
            Self.fluorescence,
            downsampling: .init(type: "mean", method: "ome-zarr", version: "0.1.0", rounding: "half to even"))
        let channels = """
            {"active":true,"coefficient":1,"color":"0000FF","family":"linear","inverted":false,"label":"DAPI",\
            "window":{"min":0,"max":4095,"start":100,"end":2000},"emissionWave":461.5},\
            {"active":false,"coefficient":1,"color":"00FF0A","family":"linear","inverted":false,"label":"GFP",\
            "window":{"min":1,"max":900,"start":2,"end":800}}
            """
        let expected = """
            {"multiscales":[{"version":"0.4","name":"cells","axes":[{"name":"t","type":"time","unit":"second"},\
            {"name":"c","type":"channel"},{"name":"z","type":"space","unit":"micrometer"},\
            {"name":"y","type":"space","unit":"micrometer"},{"name":"x","type":"space","unit":"micrometer"}],\
            "datasets":[{"path":"0","coordinateTransformations":[{"type":"scale","scale":[2.5,1.0,2.0,0.5,0.5]}]},\
            {"path":"1","coordinateTransformations":[{"type":"scale","scale":[2.5,1.0,2.0,1.0,1.0]},\
            {"type":"translation","translation":[0.0,0.0,0.0,0.25,0.25]}]}],\
            "type":"mean","metadata":{"method":"ome-zarr","version":"0.1.0","rounding":"half to even"}}],\
            "omero":{"name":"cells","version":"0.4","channels":[\(channels)],\
            "rdefs":{"defaultT":0,"defaultZ":4,"model":"color"}}}
            """
        #expect(metadata.attributes(.v04).description == expected)
    }

    @Test("what is written in 0.5 is this, to the letter")
    func written05() throws {
        let metadata = try ImageMetadata(Self.photograph, paths: ["full"])
        func channel(_ color: String, _ label: String) -> String {
            """
            {"active":true,"coefficient":1,"color":"\(color)","family":"linear","inverted":false,"label":"\(label)",\
            "window":{"min":0,"max":255,"start":0,"end":255}}
            """
        }
        let expected = """
            {"ome":{"version":"0.5","multiscales":[{"name":"tissue","axes":[{"name":"c","type":"channel"},\
            {"name":"y","type":"space"},{"name":"x","type":"space"}],\
            "datasets":[{"path":"full","coordinateTransformations":[{"type":"scale","scale":[1.0,1.0,1.0]}]}],\
            "metadata":{"rgb":true}}],"omero":{"name":"tissue","channels":[\
            \(channel("FF0000", "Red")),\(channel("00FF00", "Green")),\(channel("0000FF", "Blue"))],\
            "rdefs":{"defaultT":0,"defaultZ":0,"model":"color"}}}}
            """
        #expect(metadata.attributes(.v05).description == expected)
    }

    @Test("what is written is read back as it was", arguments: OMEZarrVersion.allCases)
    func roundTrip(version: OMEZarrVersion) throws {
        for description in [Self.fluorescence, Self.photograph, Self.mask] {
            let metadata = try ImageMetadata(description)
            let text = metadata.attributes(version).serialized(pretty: true)
            let shapes = description.levels.map(\.shape)
            let read = try ImageMetadata(reading: JSONValue.parse(text), shapes: shapes, type: description.type)
            #expect(read == metadata)
            #expect(read.description(shapes: shapes) == description)
        }
    }

    @Test("what is written is valid, strictly", arguments: OMEZarrVersion.allCases)
    func valid(version: OMEZarrVersion) throws {
        let rules = try #require(SpecificationVersion(rawValue: version.rawValue))
        for description in [Self.fluorescence, Self.photograph] {
            let metadata = try ImageMetadata(
                description, downsampling: .init(type: "mean", method: "m", version: "1"))
            let report = OMEZarrValidator.validateAttributes(metadata.attributes(version), version: rules, kind: .image)
            #expect(report.findings == [])
        }
        let mask = try ImageMetadata(Self.mask, downsampling: .init(type: "mode")).attributes(version)
        #expect(OMEZarrValidator.validateAttributes(mask, version: rules, kind: .label).isValid)
        #expect(OMEZarrValidator.validateAttributes(mask, version: rules, kind: .image).isValid)
    }

    @Test("a description without windows, colours and names still gives complete channels")
    func standIns() throws {
        let plain = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [2, 4, 4], type: .int8)
        let json = try ImageMetadata(plain).attributes(.v05)
        let channels = try #require(json["ome"]?["omero"]?["channels"]?.array)
        #expect(channels.compactMap { $0["color"]?.string } == ["00FF00", "FF00FF"])
        #expect(channels.compactMap { $0["label"]?.string } == ["Channel 0", "Channel 1"])
        #expect(channels[0]["window"] == ["min": -128, "max": 127, "start": -128, "end": 127])
    }

    @Test("global transformations apply after those of the level")
    func globalTransformations() throws {
        let json = try JSONValue.parse(
            """
            {"multiscales":[{"axes":[{"name":"y","type":"space"},{"name":"x","type":"space"}],"datasets":[{"path":"0",
            "coordinateTransformations":[{"type":"scale","scale":[2,3]},{"type":"translation","translation":[1,1]}]}],
            "coordinateTransformations":[{"type":"scale","scale":[10,100]},{"type":"translation","translation":[5,7]}]}]}
            """)
        let metadata = try ImageMetadata(reading: json, shapes: [[4, 4]], type: .uint8)
        #expect(metadata.datasets[0].scale == [20, 300])
        #expect(metadata.datasets[0].translation == [15, 107])
        #expect(metadata.axes.map(\.spacing) == [20, 300])
    }

    @Test("axes are guessed where a version has none, and taken by name from 0.3")
    func oldAxes() throws {
        func axes(_ entry: String, _ shape: [Int]) throws -> [Axis] {
            let json = try JSONValue.parse(#"{"multiscales":[{"datasets":[{"path":"0"}]\#(entry)}]}"#)
            return try ImageMetadata(reading: json, shapes: [shape], type: .uint8).axes
        }
        #expect(try axes("", [1, 2, 3, 4, 5]) == [.t(), .c, .space("z"), .space("y"), .space("x")])
        #expect(try axes("", [4, 5]) == [.space("y"), .space("x")])
        #expect(try axes(#","axes":["c","y","x"]"#, [3, 4, 5]) == [.c, .space("y"), .space("x")])
        #expect(throws: OMEZarrError.self) { try axes("", [1, 1, 1, 1, 1, 1]) }
        #expect(throws: OMEZarrError.self) { try axes(#","axes":["y","x"]"#, [3, 4, 5]) }
    }

    @Test("levels without transformations are placed by the ratio of their shapes")
    func shapeRatios() throws {
        let json: JSONValue = ["multiscales": [["datasets": [["path": "0"], ["path": "1/"]], "axes": ["y", "x"]]]]
        let metadata = try ImageMetadata(reading: json, shapes: [[100, 50], [50, 25]], type: .uint8)
        #expect(metadata.datasets[1].scale == [2, 2])
        #expect(metadata.datasets.map(\.path) == ["0", "1"])
    }

    /// Metadata of an image of y and x with these transformations, one list a level.
    private static func placed(_ levels: [JSONValue], global: JSONValue? = nil) -> JSONValue {
        let datasets = levels.enumerated().map { index, list -> JSONValue in
            ["path": .string("\(index)"), "coordinateTransformations": list]
        }
        var entry: JSONValue = ["axes": ["y", "x"], "datasets": .array(datasets)]
        entry["coordinateTransformations"] = global
        return ["multiscales": [entry]]
    }

    @Test("a translation before its scale is read as if it came after, and said")
    func swapped() throws {
        let json = Self.placed([
            [["type": "translation", "translation": [1, 2]], ["type": "scale", "scale": [3, 5]]]
        ])
        let metadata = try ImageMetadata(reading: json, shapes: [[4, 4]], type: .uint8)
        #expect(metadata.datasets[0].scale == [3, 5] && metadata.datasets[0].translation == [1, 2])
        #expect(metadata.warnings.count == 1 && metadata.warnings[0].contains("level 0 comes before its scale"))
    }

    @Test("what is more than scale and translation is kept, and the ratio of the shapes stands in")
    func unapplied() throws {
        let rotation: JSONValue = ["type": "rotation", "rotation": [[0, 1], [-1, 0]]]
        let scale: JSONValue = [["type": "scale", "scale": [0.5, 0.25]]]
        let json = Self.placed([scale, [rotation]], global: [["type": "scale", "scale": [10, 10]]])
        let metadata = try ImageMetadata(reading: json, shapes: [[8, 8], [4, 2]], type: .uint8)
        #expect(metadata.datasets.map(\.scale) == [[5, 2.5], [10, 10]])
        #expect(metadata.datasets.map(\.unapplied) == [[], [.init(.rotation([[0, 1], [-1, 0]]))]])
        #expect(metadata.warnings.count == 1 && metadata.warnings[0].contains("rotation"))
        let all = try ImageMetadata(
            reading: Self.placed([scale], global: [["type": "scale", "path": "numbers"]]), shapes: [[8, 8]],
            type: .uint8)
        #expect(all.datasets[0].scale == [0.5, 0.25])
        #expect(all.transformations == [.init(.stored(type: "scale", path: "numbers"))])
        #expect(all.warnings.count == 1)
    }

    @Test("units nobody knows are kept")
    func unknownUnits() throws {
        let json: JSONValue = [
            "multiscales": [
                [
                    "datasets": [["path": "0"]],
                    "axes": [
                        ["name": "y", "type": "space", "unit": "furlong"],
                        ["name": "x", "type": "space", "unit": "furlong"],
                    ],
                ]
            ]
        ]
        let metadata = try ImageMetadata(reading: json, shapes: [[1, 1]], type: .uint8)
        #expect(metadata.axes.map(\.unit) == ["furlong", "furlong"])
    }

    @Test("half of an omero channel is enough")
    func partialChannels() throws {
        let json = try JSONValue.parse(
            """
            {"multiscales":[{"datasets":[{"path":"0"}],"axes":["c","y","x"]}],
            "omero":{"channels":[{"label":"a"},{"color":"#ff8000","window":{"start":1,"end":5}},7,{"label":"surplus"}]}}
            """)
        let channels = try ImageMetadata(reading: json, shapes: [[3, 1, 1]], type: .uint8).channels
        #expect(channels.map(\.name) == ["a", nil, nil])
        #expect(channels[1].color == .init(red: 255, green: 128, blue: 0))
        #expect(channels[1].window == .init(min: 1, max: 5, start: 1, end: 5))
    }

    @Test("coordinate systems of 0.6 that only scale and translate are read")
    func coordinateSystems() throws {
        let json = try JSONValue.parse(
            """
            {"ome":{"version":"0.6","multiscales":[{"coordinateSystems":[{"name":"world","axes":[]},
            {"name":"physical","axes":[{"name":"y","type":"space","unit":"micrometer"},{"name":"x","type":"space"}]}],
            "datasets":[{"path":"0","coordinateTransformations":[{"type":"sequence","input":{"path":"0"},
            "output":{"name":"physical"},"transformations":[{"type":"scale","scale":[2,3]},
            {"type":"translation","translation":[1,1.5]}]}]}],
            "coordinateTransformations":[{"type":"affine","input":{"name":"physical"},"output":{"name":"world"}}]}]}}
            """)
        let metadata = try ImageMetadata(reading: json, shapes: [[4, 4]], type: .uint8)
        #expect(metadata.axes.map(\.name) == ["y", "x"])
        #expect(metadata.datasets[0].scale == [2, 3])
        #expect(metadata.datasets[0].translation == [1, 1.5])
        #expect(metadata.coordinateSystems.map(\.name) == ["world", "physical"])
        #expect(metadata.transformations.map(\.type) == ["affine"] && metadata.warnings == [])
    }

    @Test("colours go through six digits and back")
    func colors() {
        for red: UInt8 in [0, 1, 15, 16, 255] {
            let color = Channel.Color(red: red, green: 255 - red, blue: 7)
            #expect(Channel.Color(hexadecimal: color.hexadecimal) == color)
            #expect(Channel.Color(hexadecimal: "#" + color.hexadecimal.lowercased() + "FF") == color)
        }
        for wrong in ["", "#", "12345", "1234567", "GG0000", "+12345", "-00001", "0x1234", "１２３４５６"] {
            #expect(Channel.Color(hexadecimal: wrong) == nil, "\(wrong)")
        }
    }
}
