import OMEZarr
import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("The validator of a whole store")
struct StoreRulesTests {
    @Test("what we write has no error, in a group, with labels and in a collection", arguments: OMEZarrVersion.allCases)
    func sound(version: OMEZarrVersion) throws {
        let store = try Self.collection(version)
        let report = try OMEZarrValidator.validate(store)
        #expect(report.isValid, "\(report.findings.map(\.description))")
        // Root, OME, two images with a level each, labels, a label image with a level.
        #expect(report.visited == 9)
        let rules = Set(report.findings.map(\.rule))
        // Recommended, and not ours to invent here: the method of downsampling, the colours of labels.
        #expect(rules == [27, 55])
    }

    /// Two photographs, one with a mask.
    private static func collection(_ version: OMEZarrVersion) throws -> MemoryStore {
        let store = MemoryStore(), format = version.zarrFormat
        let series = ["0", "1"]
        try ZarrGroup.create(store, format: format, attributes: ContainerAttributes.bioFormats2Raw(version))
        try ZarrGroup.create(
            store, StoreKey("OME"), format: format, attributes: ContainerAttributes.omeGroup(series: series, version))
        let xml = try OMEXMLWriter.document([ImageMetadataTests.photograph, ImageMetadataTests.photograph])
        try store.write(StoreKey("OME/METADATA.ome.xml"), Array(xml.utf8))
        for path in series { try OMEZarrImageTests.write(ImageMetadataTests.photograph, store, path, version) }
        try ZarrGroup.create(
            store, StoreKey("1/labels"), format: format, attributes: ContainerAttributes.labels(["nuclei"], version))
        var mask = ImageMetadataTests.mask
        mask = ImageDescription(
            name: "nuclei", axes: [.c] + mask.axes, shape: [1, 10, 20], type: .uint32, isLabels: true)
        try OMEZarrImageTests.write(mask, store, "1/labels/nuclei", version)
        return store
    }

    /// Changes a JSON document of a store.
    private func change(_ store: MemoryStore, _ key: String, _ body: (inout JSONValue) throws -> Void) throws {
        let key = try StoreKey(key)
        var json = try JSONValue.parse(try #require(try store.read(key)))
        try body(&json)
        try store.write(key, json.serialized())
    }

    @Test("each kind of damage is found where it is")
    func damage() throws {
        typealias Damage = (rule: Int, key: String, body: (MemoryStore) throws -> Void)
        func edit(_ key: String, _ body: @escaping (inout JSONValue) -> Void) -> (MemoryStore) throws -> Void {
            { try change($0, key, body) }
        }
        let cases: [Damage] = [
            (22, "0", { try $0.remove(StoreKey("0/0/zarr.json")) }),
            (22, "0", { try $0.write(StoreKey("0/0/zarr.json"), Array("{".utf8)) }),
            (22, "0", edit("0/0/zarr.json") { $0["codecs"] = [["name": "unheard-of"]] }),
            (17, "0/0", edit("0/0/zarr.json") { $0["dimension_names"] = ["c", "x", "y"] }),
            (17, "0/0", edit("0/0/zarr.json") { $0["dimension_names"] = nil }),
            (54, "1/labels/nuclei/0", edit("1/labels/nuclei/0/zarr.json") { $0["data_type"] = "float32" }),
            (53, "1/labels", { try $0.write(StoreKey("1/labels/zarr.json"), Array(Self.listing("gone").utf8)) }),
            (3, "0", edit("0/zarr.json") { $0 = Self.replacingVersion($0, "0.4") }),
            (70, "OME", { try $0.remove(StoreKey("0")) }),
            (69, "/", { try $0.remove(StoreKey("OME")) }),
        ]
        for (number, damage) in cases.enumerated() {
            let store = try Self.collection(.v05)
            try damage.body(store)
            let report = try OMEZarrValidator.validate(store)
            let found = report.findings.contains {
                ($0.rule == damage.rule || damage.rule == 53 && $0.rule == 54) && $0.key.description == damage.key
            }
            #expect(found, "case \(number): \(report.findings.map(\.description))")
        }
    }

    private static func listing(_ path: String) -> String {
        #"{"zarr_format":3,"node_type":"group","attributes":{"ome":{"version":"0.5","labels":["\#(path)"]}}}"#
    }

    private static func replacingVersion(_ json: JSONValue, _ version: String) -> JSONValue {
        var json = json, ome = json["attributes"]?["ome"] ?? [:]
        ome["version"] = .string(version)
        json["attributes"] = ["ome": ome]
        return json
    }

    @Test("levels that grow, and scales that disagree with the shapes, are found")
    func levels() throws {
        let axes = [Axis.space("y"), .space("x")]
        func report(_ shapes: [[Int]], _ scales: [Double]) throws -> [Int] {
            let store = MemoryStore()
            let levels = zip(shapes, scales).map {
                ImageDescription.Level(shape: $0, scale: [$1, $1], translation: [0, 0])
            }
            let description = ImageDescription(name: "a", axes: axes, levels: levels, type: .uint8)
            let metadata = try ImageMetadata(description, downsampling: .init(type: "mean", method: "m"))
            try ZarrGroup.create(store, attributes: metadata.attributes(.v05))
            for (index, shape) in shapes.enumerated() {
                _ = try ZarrArray.create(
                    store, StoreKey("\(index)"),
                    ArrayMetadata(
                        shape: shape, type: .uint8, chunkShape: [8, 8],
                        codecs: [CodecSpec("bytes", [:])], dimensionNames: ["y", "x"]))
            }
            return try OMEZarrValidator.validate(store).findings.map(\.rule)
        }
        #expect(try report([[100, 101], [50, 51], [25, 26]], [1, 2, 4]) == [])
        #expect(try report([[100, 101], [50, 50], [25, 25]], [1, 2, 4]) == [])
        #expect(try report([[100, 100], [50, 50]], [1, 4]) == [25])
        #expect(try report([[50, 50], [100, 100]], [1, 0.5]) == [22])
    }

    @Test("a plate whose fields lie in no acquisition of it is found, wells are walked")
    func plates() throws {
        let store = MemoryStore()
        let plate: JSONValue = [
            "name": "p", "field_count": 1, "rows": [["name": "A"]], "columns": [["name": "1"], ["name": "2"]],
            "acquisitions": [["id": 3, "name": "a", "maximumfieldcount": 1]],
            "wells": [
                ["path": "A/1", "rowIndex": 0, "columnIndex": 0], ["path": "A/2", "rowIndex": 0, "columnIndex": 1],
            ],
        ]
        try ZarrGroup.create(store, attributes: ["ome": ["version": "0.5", "plate": plate]])
        try ZarrGroup.create(store, StoreKey("A"))
        try ZarrGroup.create(
            store, StoreKey("A/1"),
            attributes: ["ome": ["version": "0.5", "well": ["images": [["path": "0", "acquisition": 4]]]]])
        try OMEZarrImageTests.write(ImageMetadataTests.photograph, store, "A/1/0", .v05)
        let report = try OMEZarrValidator.validate(store)
        #expect(report.findings.filter { $0.severity == .error }.map(\.rule) == [66, 61])
        #expect(report.visited == 5)
    }

    @Test(
        "what bioformats2raw wrote is valid; what a label image lacks is found",
        .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func corpus() throws {
        for name in ["2d", "hcs", "bf2raw"] {
            let report = try OMEZarrValidator.validate(Fixtures.store("ome2024-ngff-challenge/tests/data/\(name).zarr"))
            #expect(report.isValid, "\(name): \(report.findings.map(\.description))")
        }
        let report = try OMEZarrValidator.validate(
            Fixtures.store("ome-ngff-validator/test_samples/invalid/missing_min.zarr"))
        #expect(!report.isValid)
        #expect(report.findings.contains { $0.pointer == "/omero/channels/0/window/min" })
    }

    @Test("nothing, a plain group and versions beyond this validator are told apart")
    func outside() throws {
        let store = MemoryStore()
        #expect(throws: OMEZarrError.self) { try OMEZarrValidator.validate(store) }
        try store.write(StoreKey("zarr.json"), Array("{".utf8))
        #expect(try OMEZarrValidator.validate(store).findings.map(\.rule) == [1])
        try ZarrGroup.create(store)
        #expect(try !OMEZarrValidator.validate(store).isValid)
        try ZarrGroup.create(store, attributes: ["ome": ["version": "0.6.dev3", "multiscales": [[:]]]])
        let report = try OMEZarrValidator.validate(store)
        #expect(report.verdict == .unchecked && !report.isValid && report.findings.map(\.rule) == [2])
    }

    @Test("each version is judged by its own rules, by those of its Zarr format, or not at all")
    func versions() {
        let cases: [(String?, ZarrFormat, SpecificationVersion?)] = [
            (nil, .v2, .v04), ("0.4", .v2, .v04), ("0.1", .v2, nil), ("0.2", .v2, nil), ("0.3", .v2, nil),
            ("0.5", .v2, .v04), ("nonsense", .v2, .v04), (nil, .v3, .v05), ("0.5", .v3, .v05), ("0.5-dev", .v3, .v05),
            ("0.4", .v3, .v05), ("", .v3, .v05), ("0.6", .v3, .v06), ("0.6rc0", .v3, .v06), ("0.6rc1", .v3, .v06),
            ("0.6.dev1", .v3, nil), ("0.6.dev4", .v3, nil), ("0.9.dev1", .v3, nil), ("1.0", .v3, nil),
        ]
        for (text, format, expected) in cases {
            #expect(SpecificationVersion(text, format) == expected, "\(text ?? "none") in \(format)")
        }
    }

    @Test("of a version whose rules are not checked, the arrays are")
    func arraysOfOldVersions() throws {
        let store = MemoryStore()
        let datasets: JSONValue = [["path": "0"], ["path": "1"]]
        try OMEZarrImageTests.write(ImageMetadataTests.mask, store, "", .v04)
        try ZarrGroup.create(
            store, format: .v2,
            attributes: ["multiscales": [["version": "0.3", "axes": ["y", "x"], "datasets": datasets]]])
        let report = try OMEZarrValidator.validate(store)
        #expect(report.verdict == .invalid && report.findings.map(\.rule) == [28, 22])
        #expect(report.findings.map(\.severity) == [.warning, .error])
    }

    @Test("a link that leads to itself is a finding, wherever it is", arguments: ["0", "labels", "zarr.json"])
    func links(name: String) throws {
        let folder = try TemporaryFolder()
        let store = try DirectoryStore(path: folder.path, create: false)
        let metadata = try ImageMetadata(ImageMetadataTests.photograph).attributes(.v05)
        try ZarrGroup.create(store, attributes: metadata)
        if name == "zarr.json" { try store.remove(StoreKey(name)) }
        #expect(symlink(name, "\(folder.path)/\(name)") == 0)
        let report = try OMEZarrValidator.validate(store)
        #expect(report.findings.contains { $0.severity == .error && $0.message.contains("links") })
        #expect(symlink(".", "\(folder.path)/loop") == 0)
        try ZarrGroup.create(
            store, StoreKey("x"),
            attributes: [
                "ome": ["version": "0.5", "plate": ["wells": [["path": "a"], ["path": "b"], ["path": "."]]]]
            ])
        for link in ["a", "b"] { #expect(symlink(".", "\(folder.path)/x/\(link)") == 0) }
        #expect(try !OMEZarrValidator.validate(store, StoreKey("x")).isValid)
    }

    @Test("only the first findings are kept, all are counted")
    func manyFindings() throws {
        let channels = [JSONValue](repeating: ["color": 7], count: 3000)
        let report = OMEZarrValidator.validateAttributes(
            ["ome": ["version": "0.5", "multiscales": [], "omero": ["channels": .array(channels)]]], version: .v05,
            kind: .image)
        #expect(report.findings.count == ValidationReport.findingLimit)
        // The empty list; a colour that is a number and no window for each channel.
        #expect(report.errorCount == 6001 && report.warningCount == 0 && report.omittedCount == 5001)
        #expect(!report.agreesWithSchemas())
        let wells = (0..<2500).map { JSONValue.object(["path": .string("A/\($0)")]) }
        let store = MemoryStore()
        try ZarrGroup.create(store, attributes: ["ome": ["version": "0.5", "plate": ["wells": .array(wells)]]])
        let whole = try OMEZarrValidator.validate(store)
        #expect(whole.findings.count == ValidationReport.findingLimit && whole.errorCount == 2500 * 3 + 2)
    }

    @Test("more than 64 levels are an error, and not all are opened")
    func manyLevels() throws {
        let memory = MemoryStore()
        try OMEZarrImageTests.write(ImageMetadataTests.mask, memory, "", .v05)
        let description = ImageMetadataTests.mask
        let levels = [ImageDescription.Level](repeating: description.levels[0], count: 20_000)
        let metadata = try ImageMetadata(
            ImageDescription(name: "a", axes: description.axes, levels: levels, type: .uint32, isLabels: true))
        try ZarrGroup.create(memory, attributes: metadata.attributes(.v05))
        let store = CountingStore(memory)
        let report = try OMEZarrValidator.validate(store)
        #expect(report.findings.contains { $0.rule == 22 && $0.message.contains("20000 entries") })
        #expect(store.counts.wholeReads < 400)
    }

    @Test("the documents of wells and labels are read once each")
    func reads() throws {
        let memory = MemoryStore()
        let plate: JSONValue = [
            "rows": [["name": "A"]], "columns": [["name": "1"], ["name": "2"]], "acquisitions": [["id": 0]],
            "wells": [
                ["path": "A/1", "rowIndex": 0, "columnIndex": 0], ["path": "A/2", "rowIndex": 0, "columnIndex": 1],
            ],
        ]
        try ZarrGroup.create(memory, attributes: ["ome": ["version": "0.5", "plate": plate]])
        for well in ["A/1", "A/2"] {
            try ZarrGroup.create(
                memory, StoreKey(well),
                attributes: ["ome": ["version": "0.5", "well": ["images": [["path": "0", "acquisition": 0]]]]])
        }
        let store = CountingStore(memory)
        let report = try OMEZarrValidator.validate(store)
        #expect(report.findings.filter { $0.severity == .error }.map(\.rule) == [66, 66])
        // The plate twice: to see that it is there, and in its turn.
        let sizes = try ["zarr.json", "zarr.json", "A/1/zarr.json", "A/2/zarr.json"].compactMap {
            try memory.size(StoreKey($0))
        }
        #expect(store.counts.bytes == sizes.reduce(0, +))
    }

    @Test("a scene is checked with its images, their coordinate systems and the arrays of its transformations")
    func scenes() throws {
        let store = MemoryStore()
        let axes: JSONValue = [["name": "y", "type": "space"], ["name": "x", "type": "space"]]
        let system: JSONValue = ["name": "physical", "axes": axes]
        let place: JSONValue = [
            "type": "scale", "scale": [1, 1], "input": ["path": "0"], "output": ["name": "physical"],
        ]
        let image: JSONValue = [
            "name": "a", "type": "mean", "metadata": [:], "coordinateSystems": [system],
            "datasets": [["path": "0", "coordinateTransformations": [place]]],
        ]
        try OMEZarrImageTests.write(ImageMetadataTests.mask, store, "a", .v05)
        try ZarrGroup.create(store, StoreKey("a"), attributes: ["ome": ["version": "0.6", "multiscales": [image]]])
        func report(_ transformations: [JSONValue]) throws -> ValidationReport {
            let scene: JSONValue = [
                "coordinateSystems": [["name": "world", "axes": axes]],
                "coordinateTransformations": .array(transformations),
            ]
            try ZarrGroup.create(store, attributes: ["ome": ["version": "0.6", "scene": scene]])
            return try OMEZarrValidator.validate(store)
        }
        func link(_ path: String, _ name: String, _ type: JSONValue) -> JSONValue {
            var json = type
            json["input"] = ["path": .string(path), "name": .string(name)]
            json["output"] = ["name": "world"]
            return json
        }
        let identity: JSONValue = ["type": "identity"], stored: JSONValue = ["type": "affine", "path": "matrix"]
        let sound = try report([link("a", "physical", identity)])
        #expect(sound.findings == [] && sound.verdict == .valid && sound.visited == 3)
        #expect(try report([link("b", "physical", identity)]).findings.map(\.rule) == [75])
        #expect(try report([link("a", "other", identity)]).findings.map(\.rule) == [75])
        #expect(try report([link("a", "physical", stored)]).findings.map(\.rule) == [42])
        for (shape, rules) in [([2, 3], [Int]()), ([6], [42])] {
            let matrix = ArrayMetadata(
                shape: shape, type: .float64, chunkShape: shape, codecs: [CodecSpec("bytes", ["endian": "little"])])
            _ = try ZarrArray.create(store, StoreKey("matrix"), matrix)
            #expect(try report([link("a", "physical", stored)]).findings.map(\.rule) == rules)
        }
    }

    @Test(
        "the form of an archive is checked with its content", .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: [("valid/valid.ozx", [Int]()), ("warn/unsorted.ozx", [79]), ("warn/compressed.ozx", [79])])
    func archives(path: String, rules: [Int]) throws {
        let report = try OMEZarrValidator.validate(ZipStore(path: "\(Fixtures.root)/ozx-tck/\(path)"))
        #expect(report.isValid && report.visited == 4)
        #expect(report.findings.map(\.rule).filter { (78...80).contains($0) } == rules)
    }

    @Test("metadata that name each other in a circle end")
    func circles() throws {
        let store = MemoryStore()
        let well: JSONValue = ["images": [["path": "."], ["path": "./"], ["path": "a"]]]
        let plate: JSONValue = ["wells": [["path": "."], ["path": "a"]]]
        for key in ["", "a", "a/a"] {
            try ZarrGroup.create(
                store, StoreKey(key),
                attributes: [
                    "ome": ["version": "0.5", "well": well, "plate": plate, "labels": ["."], "multiscales": [[:]]]
                ])
        }
        #expect(try !OMEZarrValidator.validate(store).isValid)
        _ = try OMEZarrImage.imageKeys(store)
    }
}
