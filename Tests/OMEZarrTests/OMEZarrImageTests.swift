import OMEZarr
import Testing
import Zarr

@Suite("Opening images")
struct OMEZarrImageTests {
    @Test(
        "images of bioformats2raw read as zarr-python reads them",
        .enabled(if: Fixtures.isPresent, Fixtures.absence),
        arguments: [
            "ome2024-ngff-challenge/tests/data/2d.zarr", "ome2024-ngff-challenge/tests/data/hcs.zarr",
            "ome2024-ngff-challenge/tests/data/bf2raw.zarr", "ome-zarr-py/tests/data/v1", "ome-zarr-py/tests/data/v2",
            "neuroglancer/testdata/datasource/zarr/ome_zarr/simple_0.4",
            "neuroglancer/testdata/datasource/zarr/ome_zarr/simple_0.5",
        ])
    func corpus(path: String) throws {
        let expected = try #require(try Fixtures.json("EXPECTED_VALUES.json")["arrays"]?.object)
        var remaining = Set(expected.keys.filter { $0.hasPrefix(path + "/") })
        #expect(!remaining.isEmpty)
        let images = try OMEZarrImage.openAll(try Fixtures.store(path))
        for image in images {
            for (level, dataset) in image.metadata.datasets.enumerated() {
                let name = ([path, image.key.path, dataset.path].filter { !$0.isEmpty }).joined(separator: "/")
                let values = try #require(expected[name], "\(name)")
                #expect(image.description.levels[level].shape == values["shape"]?.ints)
                #expect(image.description.type.rawValue == values["dtype"]?.string)
                let pixels = try image.read(Region(wholeOf: image.description.levels[level].shape), level: level)
                #expect(SHA256.hex(pixels.bytes) == values["sha256_C_LE"]?.string, "\(name)")
                remaining.remove(name)
            }
        }
        #expect(remaining.isEmpty)
        print("\(path): \(images.count) images compared with zarr-python")
    }

    @Test("everything in a plate and a collection is identified", .enabled(if: Fixtures.isPresent, Fixtures.absence))
    func identification() throws {
        let plate = try Fixtures.store("ome2024-ngff-challenge/tests/data/hcs.zarr")
        #expect(try ImageKind.identify(plate).kind == .plate(wells: ["A/1", "A/2", "B/1", "B/2"]))
        #expect(try ImageKind.identify(plate, StoreKey("A/1")).kind == .well(fields: ["0", "1"]))
        #expect(try ImageKind.identify(plate, StoreKey("A/1/0")).kind == .image)
        #expect(try ImageKind.identify(plate, StoreKey("A/1/0/0")).kind == .array)
        #expect(try ImageKind.identify(plate, StoreKey("A")).kind == .group)
        #expect(try OMEZarrImage.imageKeys(plate).count == 8)
        let collection = try Fixtures.store("ome2024-ngff-challenge/tests/data/bf2raw.zarr")
        #expect(try ImageKind.identify(collection).kind == .bioFormats2Raw(series: ["0", "1"]))
        #expect(try OMEZarrImage.openAll(collection).map(\.description.name) == ["bf2raw", "bf2raw 2"])
        let error = #expect(throws: OMEZarrError.self) { try OMEZarrImage.open(collection) }
        #expect(error?.code == .notAnImage)
        #expect(error?.message.contains("a collection of 2 series, not an image: open one of its parts") == true)
        #expect(throws: OMEZarrError.self) { try OMEZarrImage.open(collection, StoreKey("nothing")) }
    }

    @Test("a collection without a list of series has the numbered groups, and a layout of \"3\" is taken")
    func unlistedSeries() throws {
        let store = MemoryStore()
        try ZarrGroup.create(store, format: .v2, attributes: ["bioformats2raw.layout": "3"])
        for index in 0..<3 { try Self.write(ImageMetadataTests.mask, store, "\(index)", .v04) }
        #expect(try ImageKind.identify(store).kind == .bioFormats2Raw(series: ["0", "1", "2"]))
        #expect(try OMEZarrImage.openAll(store).count == 3)
    }

    @Test("an image written is an image read, region by region", arguments: OMEZarrVersion.allCases)
    func roundTrip(version: OMEZarrVersion) throws {
        let store = MemoryStore()
        let description = ImageMetadataTests.photograph
        let pixels = try Self.write(description, store, "some/where", version)
        let image = try OMEZarrImage.open(store, StoreKey("some/where"))
        #expect(image.description == description)
        #expect(image.version == version.rawValue)
        #expect(image.naturalReadShape(level: 0) == [1, 8, 16])
        let region = Region(origin: [1, 3, 5], shape: [2, 6, 14])
        let read = try image.read(region)
        var expected = [UInt8]()
        for c in 1..<3 { for y in 3..<9 { for x in 5..<19 { expected.append(pixels[(c * 10 + y) * 20 + x]) } } }
        #expect(read.bytes == expected)
        #expect(throws: (any Error).self) { try image.read(Region(origin: [0, 0, 0], shape: [4, 1, 1])) }
        #expect(throws: OMEZarrError.self) { try image.read(region, level: 1) }
    }

    @Test("opening an image reads the documents of the group and of its levels, each once")
    func reads() throws {
        let memory = MemoryStore()
        try Self.write(ImageMetadataTests.photograph, memory, "", .v05)
        let store = CountingStore(memory)
        _ = try OMEZarrImage.open(store)
        #expect(store.counts.wholeReads == 2)
    }

    @Test("labels are found from their image", arguments: OMEZarrVersion.allCases)
    func labels(version: OMEZarrVersion) throws {
        let store = MemoryStore()
        try Self.write(ImageMetadataTests.photograph, store, "", version)
        let image = try OMEZarrImage.open(store)
        #expect(try image.labels().isEmpty)
        try ZarrGroup.create(
            store, StoreKey("labels"), format: version.zarrFormat,
            attributes: ContainerAttributes.labels(["original/nuclei"], version))
        try Self.write(ImageMetadataTests.mask, store, "labels/original/nuclei", version)
        let labels = try image.labels()
        #expect(labels.map(\.description) == [ImageMetadataTests.mask])
        #expect(try OMEZarrImage.imageKeys(store, StoreKey("labels")).map(\.path) == ["labels/original/nuclei"])
    }

    @Test("contradictions between metadata and arrays are errors with the place")
    func contradictions() throws {
        let store = MemoryStore()
        try Self.write(ImageMetadataTests.mask, store, "", .v05)
        func open(_ multiscale: JSONValue) throws -> OMEZarrError? {
            try ZarrGroup.create(
                store, attributes: ["ome": ["version": "0.5", "multiscales": [multiscale]]])
            return #expect(throws: OMEZarrError.self) { try OMEZarrImage.open(store) }
        }
        let datasets: JSONValue = [["path": "0"]]
        #expect(try open(["datasets": [["path": "7"]]])?.code == .corrupt)
        #expect(try open(["datasets": []])?.code == .corrupt)
        #expect(try open(["datasets": datasets, "axes": ["c", "y", "x"]])?.code == .corrupt)
        #expect(try open(["datasets": datasets, "axes": ["y", "y"]])?.code == .corrupt)
        let short: JSONValue = [["path": "0", "coordinateTransformations": [["type": "scale", "scale": [1]]]]]
        #expect(try open(["datasets": short])?.code == .corrupt)
        try ZarrGroup.create(store, attributes: ["ome": ["multiscales": [["datasets": [["path": "../0"]]]]]])
        #expect(throws: ZarrError.self) { try OMEZarrImage.open(store) }
    }

    @Test("a level of another type than level 0 keeps its number and is not read")
    func mixedTypes() throws {
        let store = MemoryStore()
        try Self.write(ImageMetadataTests.mask, store, "", .v05)
        let array = try ZarrArray.open(store, StoreKey("0"))
        var metadata = array.metadata
        _ = try ZarrArray.create(store, StoreKey("2"), metadata)
        metadata.type = .float32
        _ = try ZarrArray.create(store, StoreKey("1"), metadata)
        let datasets: JSONValue = [["path": "0"], ["path": "1"], ["path": "2"]]
        try ZarrGroup.create(store, attributes: ["ome": ["multiscales": [["datasets": datasets]]]])
        let image = try OMEZarrImage.open(store)
        #expect(image.metadata.datasets.map(\.path) == ["0", "1", "2"])
        #expect(image.levels.map(\.key.path) == ["0", "1", "2"])
        #expect(image.metadata.warnings == ["level 1 holds float32, level 0 uint32: it is not read"])
        let region = Region(wholeOf: [10, 20])
        #expect(try image.read(region, level: 2).bytes.count == 800)
        let error = #expect(throws: OMEZarrError.self) { try image.read(region, level: 1) }
        #expect(error?.code == .unsupported)
    }

    @Test("a plate with a well that is missing shows the others")
    func missingWell() throws {
        let store = MemoryStore()
        let wells: JSONValue = [["path": "A/1"], ["path": "A/2"], ["path": "../B"]]
        try ZarrGroup.create(store, attributes: ["ome": ["version": "0.5", "plate": ["wells": wells]]])
        let images: JSONValue = [["path": "0"], ["path": "1"]]
        try ZarrGroup.create(store, StoreKey("A/2"), attributes: ["ome": ["well": ["images": images]]])
        try Self.write(ImageMetadataTests.mask, store, "A/2/0", .v05)
        #expect(throws: OMEZarrError.self) { try OMEZarrImage.imageKeys(store) }
        var errors = [any Error]()
        #expect(try OMEZarrImage.openAll(store, skipping: { errors.append($0) }).map(\.key.path) == ["A/2/0"])
        // The well, the path that leads out of the store, the field.
        #expect(errors.map { ($0 as? OMEZarrError)?.key?.path } == ["A/1", nil, "A/2/1"])
    }

    @Test("the images of a scene are found")
    func scene() throws {
        let store = MemoryStore()
        let list: JSONValue = [
            ["input": ["path": "a", "name": "p"], "output": ["name": "world"]],
            ["input": ["path": "b", "name": "p"], "output": ["path": "a", "name": "p"]],
        ]
        try ZarrGroup.create(
            store, attributes: ["ome": ["version": "0.6", "scene": ["coordinateTransformations": list]]])
        for path in ["a", "b"] { try Self.write(ImageMetadataTests.mask, store, path, .v05) }
        #expect(try ImageKind.identify(store).kind == .scene(images: ["a", "b"]))
        #expect(try OMEZarrImage.openAll(store).map(\.key.path) == ["a", "b"])
    }

    /// Writes the one level of an image, with pixels that differ from their neighbours.
    @discardableResult
    static func write(
        _ description: ImageDescription, _ store: MemoryStore, _ path: String, _ version: OMEZarrVersion
    ) throws -> [UInt8] {
        let key = try StoreKey(path)
        let metadata = ArrayMetadata(
            format: version.zarrFormat, shape: description.shape, type: .pixel(description.type),
            chunkShape: [1, 8, 16].suffix(description.axes.count),
            codecs: [CodecSpec("bytes", ["endian": "little"])],
            dimensionNames: version == .v05 ? description.axes.map(\.name) : nil)
        let array = try ZarrArray.create(store, key.appending("0"), metadata)
        var pixels = PixelBuffer(shape: description.shape, type: .pixel(description.type))
        for index in pixels.bytes.indices {
            pixels.bytes[index] = UInt8(truncatingIfNeeded: index &* 37 &+ index / 251)
        }
        let workspace = CodecWorkspace()
        var grid = [[Int]]([[]])
        for extent in metadata.gridShape { grid = grid.flatMap { index in (0..<extent).map { index + [$0] } } }
        for index in grid {
            var chunk = PixelBuffer(shape: metadata.chunkShape, type: .pixel(description.type))
            let region = metadata.region(ofChunk: index)
            let inside = try #require(region.intersection(Region(wholeOf: description.shape)))
            pixels.withPixels { source in
                chunk.withPixels { $0.subview(inside.relative(to: region.origin)).copy(from: source.subview(inside)) }
            }
            try chunk.bytes.withUnsafeBytes { try array.writeChunk(index, $0, workspace) }
        }
        let attributes = try ImageMetadata(description).attributes(version)
        try ZarrGroup.create(store, key, format: version.zarrFormat, attributes: attributes)
        return pixels.bytes
    }
}
