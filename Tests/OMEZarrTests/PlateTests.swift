import OMEZarr
import Testing
import Zarr

@Suite("A plate")
struct PlateTests {
    @Test("names rows as spreadsheets name columns, and reads them back")
    func rows() {
        #expect([0, 25, 26, 51, 52, 701].map(Plate.rowName) == ["A", "Z", "AA", "AZ", "BA", "ZZ"])
        for index in 0...701 {
            #expect(Plate.rowIndex(Plate.rowName(index)) == index)
            #expect(Plate.rowIndex(Plate.rowName(index).lowercased()) == index)
        }
        for name in ["", "1", "A1", "AAA", "Ä", "@"] { #expect(Plate.rowIndex(name) == nil) }
    }

    @Test(
        "says where its images lie, and is described by the specification's rules", arguments: OMEZarrVersion.allCases)
    func paths(_ version: OMEZarrVersion) {
        let plate = Plate(
            name: "p", rows: ["A", "B"], columns: ["1", "2"],
            wells: [
                .init(row: 0, column: 1, fields: [.init(image: 2, acquisition: 0), .init(image: 0, acquisition: 1)]),
                .init(row: 1, column: 0, fields: [.init(image: 1, acquisition: 1)]),
            ], acquisitions: [.init(id: 0), .init(id: 1, name: "late")])
        #expect(plate.imagePaths == ["A/2/1", "B/1/0", "A/2/0"])
        #expect(plate.fieldCount == 2)
        for (attributes, kind) in [
            (ContainerAttributes.plate(plate, version), OMEZarrValidator.MetadataKind.plate),
            (ContainerAttributes.well(plate.wells[0], version), .well),
        ] {
            let report = OMEZarrValidator.validateAttributes(
                attributes, version: version == .v04 ? .v04 : .v05, kind: kind)
            #expect(report.findings == [])
        }
    }
}
