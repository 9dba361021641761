import OMEZarr
import Testing
import Zarr

@Suite("Images as neuroglancer sees them", .enabled(if: Fixtures.isPresent, Fixtures.absence))
struct NeuroglancerTests {
    private static let folder = "neuroglancer/testdata/datasource/zarr/ome_zarr"

    @Test("scale, position and bounds of each level are those of the snapshots", arguments: ["0.4", "0.5"])
    func snapshots(version: String) throws {
        let image = try OMEZarrImage.open(Fixtures.store("\(Self.folder)/simple_\(version)"))
        #expect(image.version == version && image.metadata.warnings == [])
        let snapshot = try Self.snapshot("ome_zarr_simple_\(version)")
        let space = try #require(snapshot["modelTransform"]?["inputSpace"])
        #expect(space["names"] == .array(image.description.axes.map { .string($0.name) }))
        // The snapshot is in metres, the image in nanometres.
        for (scale, axis) in zip(try Self.numbers(space["scales"]), image.description.axes) {
            #expect(axis.unit == "nanometer" && abs(scale - axis.spacing * 1e-9) < 1e-18)
        }
        #expect(try Self.numbers(space["bounds"]?["lowerBounds"]) == [-0.5, -0.5])
        #expect(try Self.numbers(space["bounds"]?["upperBounds"]) == image.description.shape.map { Double($0) - 0.5 })

        let sources = try #require(snapshot["subsources"]?[0]?["subsource"]?["volume"]?["sources"]?[0]?.array)
        #expect(sources.count == image.description.levels.count && sources.count == 3)
        let base = image.description.levels[0].scale
        for (level, source) in zip(image.description.levels, sources) {
            // Chunks are in Fortran order: x comes first.
            let upper = source["chunkSource"]?["spec"]?["upperVoxelBound"]
            #expect(try Self.numbers(upper) == level.shape.reversed().map(Double.init))
            let matrix = try #require(source["chunkToMultiscaleTransform"]?.array)
            for axis in 0..<2 {
                let row = try Self.numbers(matrix[axis]), ratio = level.scale[axis] / base[axis]
                #expect(row[1 - axis] == ratio)
                // Neuroglancer counts from the corner of a voxel, the image from its centre.
                #expect(row[2] == level.translation[axis] / base[axis] - ratio / 2)
            }
        }
    }

    @Test("images of the development versions of 0.6 are placed as far as scale and translation go")
    func coordinateSystems() throws {
        let unknown = [1.0, 1, 1], zero = [0.0, 0, 0]
        let cases: [(path: String, scale: [Double], translation: [Double], unapplied: [String], global: [String])] = [
            ("basic/identity", unknown, zero, [], []),
            ("basic/scale", [4, 3, 2], zero, [], []),
            ("basic/translation", unknown, [30, 20, 10], [], []),
            ("basic/sequenceScaleTranslation", [4, 3, 2], [32, 21, 10], [], []),
            ("simple/affine", unknown, zero, ["affine"], []),
            ("simple/rotation", unknown, zero, ["rotation"], []),
            ("axis_dependent/mapAxis", unknown, zero, ["mapAxis"], []),
            ("simple/anisotropic_rotation", [2, 0.5, 0.25], zero, [], ["affine"]),
        ]
        for expected in cases {
            let image = try OMEZarrImage.open(Fixtures.store("\(Self.folder)/all_0.6/\(expected.path).zarr"))
            let level = image.metadata.datasets[0]
            #expect(image.description.axes.map(\.name) == ["z", "y", "x"], "\(expected.path)")
            let unit = expected.unapplied.isEmpty ? "micrometer" : nil
            #expect(image.description.axes.map(\.unit) == [unit, unit, unit], "\(expected.path)")
            #expect(level.scale == expected.scale && level.translation == expected.translation, "\(expected.path)")
            #expect(level.unapplied.compactMap(\.type) == expected.unapplied, "\(expected.path)")
            #expect(image.metadata.warnings.count == expected.unapplied.count, "\(expected.path)")
            #expect(image.metadata.transformations.compactMap(\.type) == expected.global, "\(expected.path)")
            #expect(try Self.hash(expected.path) == "0d5d732dfa19e4b526a5ccd7bf3eb9169bf1b939636c1de0ea7fa9a1ae1f6ae2")
        }
    }

    /// The hash of an image's pixels. Most of these images share one chunk by a link, which a copy of the repository
    /// may hold as a text file with the link's target.
    private static func hash(_ path: String) throws -> String {
        let folder = try Fixtures.store("\(folder)/all_0.6"), store = MemoryStore()
        for name in ["zarr.json", "array/zarr.json", "array/c/0/0/0"] {
            var bytes = try #require(try folder.read(StoreKey("\(path).zarr/\(name)")))
            if String(decoding: bytes.prefix(100), as: UTF8.self).hasSuffix("base_array/0") {
                bytes = try #require(try folder.read(StoreKey("base_array/0")))
            }
            try store.write(StoreKey(name), bytes)
        }
        let image = try OMEZarrImage.open(store)
        return SHA256.hex(try image.read(Region(wholeOf: image.description.shape)).bytes)
    }

    private static func numbers(_ json: JSONValue?) throws -> [Double] {
        try #require(json?.array).map { try #require($0.double) }
    }

    /// A snapshot as JSON: without the names of typed arrays, `undefined`, empty elements and commas before brackets.
    private static func snapshot(_ name: String) throws -> JSONValue {
        let path = "neuroglancer/tests/datasource/metadata_snapshots/zarr/\(name).snapshot"
        let bytes = try #require(try DirectoryStore(path: Fixtures.root, create: false).read(StoreKey(path)))
        var lines = [String]()
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            var text = String(line.drop { $0 == " " })
            for (word, json) in [("Float64Array ", ""), ("undefined", "null")] {
                if let range = text.firstRange(of: word) { text.replaceSubrange(range, with: json) }
            }
            if text == "," { continue }
            if text.hasPrefix("]") || text.hasPrefix("}"), let last = lines.last, last.hasSuffix(",") {
                lines[lines.count - 1] = String(last.dropLast())
            }
            lines.append(text)
        }
        return try JSONValue.parse(lines.joined(separator: "\n"))
    }
}
