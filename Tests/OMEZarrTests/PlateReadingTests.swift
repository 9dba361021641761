import OMEZarr
import Testing
import Zarr

@Suite("A plate that is read")
struct PlateReadingTests {
    private static let plate = Plate(
        name: "p", rows: ["A", "B"], columns: ["1", "2"],
        wells: [
            .init(row: 0, column: 1, fields: [.init(image: 2, acquisition: 0), .init(image: 0, acquisition: 1)]),
            .init(row: 1, column: 0, fields: [.init(image: 1, acquisition: 1)]),
        ], acquisitions: [.init(id: 0, name: "early"), .init(id: 1, name: "late", description: "words")])

    /// The groups of a plate, without images.
    private static func store(
        _ plate: Plate, _ version: OMEZarrVersion, at root: StoreKey = .root, listed: Bool = true
    ) throws -> MemoryStore {
        let store = MemoryStore(), format = version.zarrFormat
        try ZarrGroup.create(store, root, format: format, attributes: ContainerAttributes.plate(plate, version))
        for well in plate.wells {
            let key = try root.appending(plate.path(of: well))
            try ZarrGroup.create(store, key, format: format, attributes: ContainerAttributes.well(well, version))
        }
        guard listed else { return store }
        let attributes = ContainerAttributes.omeGroup(series: plate.imagePaths, version)
        try ZarrGroup.create(store, root.appending("OME"), format: format, attributes: attributes)
        return store
    }

    @Test("is the one that was written, wherever it lies", arguments: OMEZarrVersion.allCases, ["", "deep/down"])
    func same(version: OMEZarrVersion, root: String) throws {
        let root = try StoreKey(root)
        let (plate, images) = try Plate.read(Self.store(Self.plate, version, at: root), root)
        #expect(plate == Self.plate)
        #expect(try images == ["A/2/1", "B/1/0", "A/2/0"].map { try root.appending($0) })
    }

    @Test("counts its images well by well where nobody lists them, or lists others")
    func unlisted() throws {
        for listed in [false, true] {
            let store = try Self.store(Self.plate, .v05, listed: listed)
            if listed {
                let attributes = ContainerAttributes.omeGroup(series: ["A/2/1", "A/2/0", "elsewhere"], .v05)
                try ZarrGroup.create(store, StoreKey("OME"), format: .v3, attributes: attributes)
            }
            let (plate, images) = try Plate.read(store, .root)
            #expect(images.map(\.path) == ["A/2/0", "A/2/1", "B/1/0"])
            #expect(plate.wells.map { $0.fields.map(\.image) } == [[0, 1], [2]])
            #expect(plate.imagePaths == ["A/2/0", "A/2/1", "B/1/0"])
        }
    }

    @Test("counts once what its lists repeat, and leaves out wells without fields")
    func repeated() throws {
        let store = try Self.store(Self.plate, .v05)
        var attributes = ContainerAttributes.plate(Self.plate, .v05)
        func well(_ path: String) -> JSONValue { ["path": .string(path), "rowIndex": 0, "columnIndex": 0] }
        // The third is a well of the path's last two parts, whose field is one of another well, too.
        attributes["ome"]?["plate"]?["wells"] = .array(["A/2", "./A/2/", "B/1", "B/2"].map(well))
        attributes["ome"]?["plate"]?["acquisitions"] = [["id": 1], ["id": 1, "name": "again"], ["name": "none"]]
        try ZarrGroup.create(store, .root, format: .v3, attributes: attributes)
        try ZarrGroup.create(store, StoreKey("B/2"), format: .v3, attributes: ["ome": ["well": ["images": []]]])
        let (plate, images) = try Plate.read(store, .root)
        #expect(images.count == 3 && plate.wells.map(\.fields.count) == [2, 1])
        #expect(plate.acquisitions.map(\.id) == [1])
    }

    @Test("is refused where a well has no place in it, and where there is none")
    func refused() throws {
        for path in ["C/1", "A", "A/3", ""] {
            let store = try Self.store(Self.plate, .v05)
            var attributes = ContainerAttributes.plate(Self.plate, .v05)
            attributes["ome"]?["plate"]?["wells"] = [["path": .string(path)]]
            try ZarrGroup.create(store, .root, format: .v3, attributes: attributes)
            let error = try #require(throws: OMEZarrError.self) { try Plate.read(store, .root) }
            #expect(error.code == .corrupt && error.message.contains("lies in no row and column"))
        }
        let store = try Self.store(Self.plate, .v05)
        let error = try #require(throws: OMEZarrError.self) { try Plate.read(store, StoreKey("A/2")) }
        #expect(error.code == .notAnImage)
    }

    @Test("becomes OME-XML in which rows and columns count from A and 1, whichever of them are named")
    func xml() throws {
        let image = ImageDescription(axes: [.space("y"), .space("x")], shape: [2, 3], type: .uint8)
        for (rows, columns, naming, row, column) in [
            (["A", "B"], ["1", "2"], "letter number", 0, 1), (["C", "AA"], ["04", "11"], "letter number", 2, 10),
            (["1", "2"], ["A", "B"], "number letter", 0, 1), (["top", "bottom"], ["0", "1"], "number number", 0, 1),
            (["A", "a"], ["1", "01"], "number number", 0, 1),
        ] {
            var plate = Self.plate
            plate.rows = rows
            plate.columns = columns
            let text = try OMEXMLWriter.document([image, image, image], plate: plate)
            let words = naming.split(separator: " ")
            #expect(text.contains("RowNamingConvention=\"\(words[0])\" ColumnNamingConvention=\"\(words[1])\""))
            #expect(text.contains("<Well ID=\"Well:0:0\" Row=\"\(row)\" Column=\"\(column)\">"), "\(rows) \(columns)")
            #expect(text.contains("<WellSample ID=\"WellSample:0:2\" Index=\"2\">\n        <ImageRef ID=\"Image:2\"/>"))
            // The schema has plates before images.
            let (plates, images) = (text.firstRange(of: "<Plate "), text.firstRange(of: "<Image "))
            #expect(try #require(plates).lowerBound < #require(images).lowerBound)
        }
    }
}
