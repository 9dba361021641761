import OMEZarr
import Testing
import Zarr

@Suite("Metadata from the wild", .enabled(if: Fixtures.isPresent, Fixtures.absence))
struct WildMetadataTests {
    /// What became of the documents of a collection.
    private struct Tally: Equatable, CustomStringConvertible {
        /// Groups and arrays by kind.
        var kinds = [String: Int]()
        /// Images whose metadata gave a description, with or without their arrays.
        var described = 0
        /// Images opened with all their arrays.
        var opened = 0
        /// Groups whose validation gave findings, and how validations ended.
        var withFindings = 0
        var valid = 0, invalid = 0, unchecked = 0

        var description: String {
            let kinds = kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            return
                "\(kinds); \(described) images described, \(opened) opened; \(withFindings) with findings; \(valid) valid, \(invalid) not, \(unchecked) not checked"
        }
    }

    /// Identifies, describes, opens and validates every node of a collection of documents.
    private static func tally(_ documents: [String: JSONValue]) throws -> Tally {
        let store = MemoryStore()
        for (path, document) in documents { try store.write(StoreKey(path), document.serialized()) }
        var tally = Tally()
        for path in documents.keys where path.hasSuffix(".zattrs") || path.hasSuffix("zarr.json") {
            let key = try #require(try StoreKey(path).parent)
            let kind = try ImageKind.identify(store, key).kind
            tally.kinds[String("\(kind)".prefix { $0 != "(" }), default: 0] += 1
            guard kind != .array else { continue }
            let report = try OMEZarrValidator.validate(store, key)
            tally.withFindings += report.findings.isEmpty ? 0 : 1
            switch report.verdict {
            case .valid: tally.valid += 1
            case .invalid: tally.invalid += 1
            case .unchecked: tally.unchecked += 1
            }
            guard kind == .image || kind == .labelImage else { continue }
            let json = try #require(documents[path])
            let attributes = path.hasSuffix("zarr.json") ? try #require(json["attributes"]) : json
            tally.described += try describe(attributes).levels.isEmpty ? 0 : 1
            // Many images come without the documents of their levels.
            let levels = try ImageMetadata.datasetPaths(in: attributes).map { try key.appending($0).path }
            if levels.allSatisfy({ documents["\($0)/.zarray"] != nil || documents["\($0)/zarr.json"] != nil }) {
                tally.opened += try OMEZarrImage.open(store, key).levels.isEmpty ? 0 : 1
            }
        }
        return tally
    }

    /// What metadata say of an image whose arrays are not at hand; without axes it has five.
    private static func describe(_ attributes: JSONValue) throws -> ImageDescription {
        let entry = (attributes["ome"] ?? attributes)["multiscales"]?[0]
        let axes = entry?["axes"]?.array ?? entry?["coordinateSystems"]?[0]?["axes"]?.array
        let paths = try ImageMetadata.datasetPaths(in: attributes)
        let shapes = paths.map { _ in [Int](repeating: 1, count: axes?.count ?? 5) }
        return try ImageMetadata(reading: attributes, shapes: shapes, type: .uint8).description(shapes: shapes)
    }

    @Test("all 162 documents of vizarr are read, described and validated")
    func vizarr() throws {
        let object = try #require(try Fixtures.json("vizarr/__tests__/fixtures.json").object)
        #expect(object.count == 162)
        let tally = try Self.tally(Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value) }))
        print("vizarr: \(tally)")
        let kinds = [
            "array": 21, "bioFormats2Raw": 1, "image": 20, "labelImage": 4, "labels": 4, "plate": 2, "well": 4,
        ]
        #expect(
            tally
                == Tally(
                    kinds: kinds, described: 24, opened: 19, withFindings: 28, valid: 14, invalid: 18, unchecked: 3))
    }

    @Test("what servers of the IDR and others sent is read, described and validated")
    func cassettes() throws {
        let folder = "ome-zarr-models-py/tests"
        let recordings = [
            "cassettes/test_idr", "cassettes/test_root", "v04/cassettes/test_bioformats2raw",
            "v05/cassettes/test_bioformats2raw", "v06/cassettes/test_scene",
        ]
        var documents = [String: JSONValue](), files = 0
        for recording in recordings {
            for name in try Fixtures.names("\(folder)/\(recording)") where name.hasSuffix(".yaml") {
                let store = try Fixtures.store("\(folder)/\(recording)")
                let bytes = try #require(try store.read(StoreKey(name)))
                documents.merge(Cassette.documents(String(decoding: bytes, as: UTF8.self))) { $1 }
                files += 1
            }
        }
        let tally = try Self.tally(documents)
        print("cassettes: \(files) recordings, \(documents.count) documents: \(tally)")
        #expect(files == 10 && documents.count == 163)
        let kinds = ["array": 102, "bioFormats2Raw": 2, "image": 20, "labelImage": 2, "labels": 6, "scene": 1]
        #expect(
            tally
                == Tally(
                    kinds: kinds, described: 22, opened: 22, withFindings: 28, valid: 17, invalid: 6, unchecked: 8))
    }

    @Test("all images of the examples of RFC-5 open, their scenes list them, and no version is called valid unseen")
    func rfc5() throws {
        var images = 0, scenes = 0, unapplied = 0, errors = [String: Int]()
        for path in try Fixtures.files("rfc5-examples", named: "zarr.json") {
            let store = try Fixtures.store(String(path.dropLast("/zarr.json".count)))
            switch try ImageKind.identify(store).kind {
            case .image:
                let image = try OMEZarrImage.open(store)
                #expect(image.levels.count == image.metadata.datasets.count)
                unapplied += image.metadata.datasets.count { !$0.unapplied.isEmpty }
                images += 1
            case .scene(let paths):
                #expect(try OMEZarrImage.openAll(store).count == paths.count)
                scenes += 1
            default: continue
            }
            let report = try OMEZarrValidator.validate(store)
            #expect(report.verdict != .valid && report.uncheckedGroups > 0)
            for finding in report.findings where finding.severity == .error {
                errors["rule \(finding.rule)", default: 0] += 1
            }
        }
        print("RFC-5 examples: \(images) images, \(scenes) scenes, \(unapplied) levels not placed, errors \(errors)")
        #expect(images == 49 && scenes == 6 && unapplied == 0)
        // Images of 0.6.dev1 in scenes of 0.6.dev3.
        #expect(errors == ["rule 3": 16])
    }

    @Test(
        "images of 0.1 and 0.2 have the axes t, c, z, y, x, and their rules are not checked", arguments: ["v1", "v2"])
    func oldVersions(name: String) throws {
        let store = try Fixtures.store("ome-zarr-py/tests/data/\(name)")
        let image = try OMEZarrImage.open(store)
        #expect(image.version == (name == "v1" ? "0.1" : "0.2"))
        #expect(image.description.axes.map(\.name) == ["t", "c", "z", "y", "x"])
        let report = try OMEZarrValidator.validate(store)
        #expect(report.verdict == .unchecked && report.findings.map(\.rule) == [28] && report.visited == 2)
    }
}
