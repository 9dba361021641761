import OMEZarr
import Testing
import Zarr

@Suite("The validator against the suites published with the specification")
struct SchemaSuiteTests {
    /// The name of a suite or of a folder of examples, and what it holds.
    private static let kinds: [(prefix: String, kind: OMEZarrValidator.MetadataKind)] = [
        ("image", .image), ("multiscales", .image), ("label", .label), ("plate", .plate), ("well", .well),
        ("bf2raw", .bioFormats2Raw), ("ome", .series),
    ]

    private static func kind(_ name: String) -> OMEZarrValidator.MetadataKind? {
        let name = name.hasPrefix("strict_") ? String(name.dropFirst(7)) : name
        return kinds.first { name.hasPrefix($0.prefix) }?.kind
    }

    @Test(
        "every case of the test suites is judged as published",
        .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: zip([.v04, .v05] as [SpecificationVersion], [92, 86]))
    func suites(version: SpecificationVersion, expected: Int) throws {
        let folder = "ngff-spec/\(version.rawValue)/tests"
        var agreed = 0
        for name in try Fixtures.names(folder) {
            let kind = try #require(Self.kind(name), "unknown suite \(name)")
            for test in try #require(try Fixtures.json("\(folder)/\(name)")["tests"]?.array) {
                let data = try #require(test["data"]), valid = test["valid"] == true
                let report = OMEZarrValidator.validateAttributes(data, version: version, kind: kind)
                let found = report.agreesWithSchemas(strict: name.hasPrefix("strict_"))
                #expect(
                    found == valid,
                    "\(name) \(test["formerly"]?.string ?? "?"): \(report.findings.map(\.description))")
                agreed += found == valid ? 1 : 0
            }
        }
        print("OME-Zarr \(version.rawValue): \(agreed) of \(expected) suite cases agree")
        #expect(agreed == expected)
    }

    @Test(
        "every published example is valid, by the strict schemas and by the text",
        .enabled(if: Fixtures.isPresent, Fixtures.absence), arguments: [.v04, .v05] as [SpecificationVersion])
    func examples(version: SpecificationVersion) throws {
        var count = 0
        for folder in try Fixtures.names("ngff-spec/\(version.rawValue)/examples") {
            let kind = try #require(Self.kind(folder))
            let path = "ngff-spec/\(version.rawValue)/examples/\(folder)"
            for name in try Fixtures.names(path) where name.hasSuffix(".json") && !name.hasPrefix(".") {
                let report = OMEZarrValidator.validateAttributes(
                    try Self.withoutComments("\(path)/\(name)"), version: version, kind: kind)
                #expect(report.isValid, "\(folder)/\(name): \(report.findings.map(\.description))")
                if folder.hasSuffix("strict") { #expect(report.agreesWithSchemas(strict: true), "\(folder)/\(name)") }
                count += 1
            }
        }
        print("OME-Zarr \(version.rawValue): \(count) examples are valid")
        #expect(count == 10)
    }

    /// The examples are printed in the specification and carry comments, which JSON does not have.
    private static func withoutComments(_ path: String) throws -> JSONValue {
        let bytes = try #require(try DirectoryStore(path: Fixtures.root, create: false).read(StoreKey(path)))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line -> String in
            String(line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line)
        }
        var json = try JSONValue.parse(lines.joined(separator: "\n"))
        // Some are whole zarr.json documents.
        if let attributes = json["attributes"] { json = attributes }
        return json
    }

    @Test(
        "samples of the official validator are judged as it judges them",
        .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func officialSamples() throws {
        let folder = "ome-ngff-validator/test_samples/invalid"
        func report(_ name: String, _ version: SpecificationVersion, inner: String? = nil) throws -> ValidationReport {
            var json = try Fixtures.json("\(folder)/\(name)/.zattrs")
            if let inner { json = try #require(json[inner]) }
            return OMEZarrValidator.validateAttributes(json, version: version, kind: .image)
        }
        #expect(try !report("invalid_version.zarr", .v04).isValid)
        #expect(try !report("missing_min.zarr", .v04).isValid)
        #expect(try !report("no_version_v0.5.zarr", .v05, inner: "attributes").isValid)
        let unversioned = try report("no_version_v0.4.zarr", .v04)
        #expect(unversioned.isValid)
        #expect(unversioned.findings.contains { $0.severity == .warning && $0.rule == 28 })
    }

    @Test(
        "the examples of ome-zarr-models are valid, except those without a version",
        .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: zip([.v04, .v05, .v06] as [SpecificationVersion], [8, 10, 10]))
    func models(version: SpecificationVersion, expected: Int) throws {
        let folder = "ome-zarr-models-py/tests/data/examples/v\(version.rawValue.filter { $0 != "." })"
        let kinds: [(String, OMEZarrValidator.MetadataKind)] = [
            ("image_no_version", .image), ("image_label", .label), ("image", .image), ("labels_image", .image),
            ("labels", .labels), ("plate", .plate), ("hcs", .plate), ("well", .well),
            ("bioformats2raw", .bioFormats2Raw), ("multiscales", .image), ("omero", .image),
        ]
        var count = 0
        for name in try Fixtures.names(folder) where name.hasSuffix(".json") {
            let kind = try #require(kinds.first { name.hasPrefix($0.0) }?.1, "unknown example \(name)")
            let json = Self.complete(try Fixtures.json("\(folder)/\(name)"), name, version)
            let report = OMEZarrValidator.validateAttributes(json, version: version, kind: kind)
            #expect(report.isValid == !name.contains("no_version"), "\(name): \(report.findings.map(\.description))")
            count += 1
        }
        print("ome-zarr-models \(version.rawValue): \(count) examples are judged as published")
        #expect(count == expected)
    }

    /// An example as a whole document: those of 0.4 lack the outer key, those of 0.6 name a development version.
    private static func complete(_ json: JSONValue, _ name: String, _ version: SpecificationVersion) -> JSONValue {
        switch version {
        case .v04:
            if name.hasPrefix("plate") { return ["plate": json] }
            guard name.hasPrefix("omero") else { return json }
            let level: JSONValue = ["path": "0", "coordinateTransformations": [["type": "scale", "scale": [1, 1]]]]
            let axes: JSONValue = [["name": "y", "type": "space"], ["name": "x", "type": "space"]]
            return ["omero": json, "multiscales": [["axes": axes, "datasets": [level]]]]
        case .v05: return json
        case .v06:
            var json = json, ome = json["ome"] ?? [:]
            if ome["version"] != nil { ome["version"] = "0.6" }
            json["ome"] = ome
            return json
        }
    }

    @Test(
        "every document of the tests of 0.6rc0 is judged as published",
        .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func attributes06() throws {
        let root = "ngff-spec/0.6rc0/tests/attributes"
        var agreed = 0, strict = 0
        for degree in try Fixtures.names(root) {
            for verdict in try Fixtures.names("\(root)/\(degree)") {
                for folder in try Fixtures.names("\(root)/\(degree)/\(verdict)") {
                    let kind =
                        folder == "transforms" ? .image : folder == "scene" ? .scene : try #require(Self.kind(folder))
                    for name in try Fixtures.names("\(root)/\(degree)/\(verdict)/\(folder)") {
                        let json = try Fixtures.json("\(root)/\(degree)/\(verdict)/\(folder)/\(name)")
                        let conformance = json["_conformance"], isStrict = conformance?["strict"] == true
                        let report = OMEZarrValidator.validateAttributes(json, version: .v06, kind: kind)
                        let found = report.agreesWithSchemas(strict: isStrict)
                        let valid = conformance?["valid"] != false
                        #expect(
                            found == valid, "\(degree)/\(folder)/\(name): \(report.findings.map(\.description))")
                        agreed += found == valid ? 1 : 0
                        strict += isStrict ? 1 : 0
                    }
                }
            }
        }
        print("OME-Zarr 0.6rc0: \(agreed) of 143 documents agree, \(strict) of them by the strict schemas")
        #expect(agreed == 143)
        #expect(strict == 13)
    }
}
