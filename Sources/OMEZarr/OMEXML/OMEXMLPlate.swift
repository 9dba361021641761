/// A plate as OME-XML says it, with its images by their numbers.
///
/// - Source: OME-XML schema 2016-06, `Plate`, `Well`, `WellSample`, `PlateAcquisition`.
struct OMEXMLPlate {
    private let plate: Plate
    /// What the places of the plate mean in a document: whether letters or numbers, and which row and column each is.
    private let rows, columns: Side

    /// The names of rows or columns.
    private struct Side {
        let isLettered: Bool
        /// From 0, as a document counts.
        let indices: [Int]

        /// Names such as A, B or 1, 02; where they are anything else, they count as they stand.
        init(_ names: [String]) {
            let letters = names.compactMap { Plate.rowIndex($0) }
            let numbers = names.compactMap { Int($0).flatMap { $0 > 0 ? $0 - 1 : nil } }
            func areSound(_ indices: [Int]) -> Bool {
                indices.count == names.count && Set(indices).count == names.count
            }
            isLettered = !names.isEmpty && areSound(letters)
            indices = isLettered ? letters : areSound(numbers) ? numbers : Array(names.indices)
        }

        var count: Int { (indices.max() ?? -1) + 1 }
        var convention: String { isLettered ? "letter" : "number" }
    }

    init(_ plate: Plate) {
        self.plate = plate
        rows = Side(plate.rows)
        columns = Side(plate.columns)
    }

    /// Adds the element; the images are `Image:0`, `Image:1`, ….
    func write(to xml: inout XMLText) {
        xml.open(
            "Plate",
            [
                ("ID", "Plate:0"), ("Name", plate.name), ("RowNamingConvention", rows.convention),
                ("ColumnNamingConvention", columns.convention), ("Rows", String(rows.count)),
                ("Columns", String(columns.count)),
            ])
        for (number, well) in plate.wells.enumerated() {
            xml.open(
                "Well",
                [
                    ("ID", "Well:0:\(number)"), ("Row", String(rows.indices[well.row])),
                    ("Column", String(columns.indices[well.column])),
                ])
            for field in well.fields {
                xml.open("WellSample", [("ID", sample(field)), ("Index", String(field.image))])
                xml.leaf("ImageRef", [("ID", "Image:\(field.image)")])
                xml.close("WellSample")
            }
            xml.close("Well")
        }
        for acquisition in plate.acquisitions {
            xml.open(
                "PlateAcquisition",
                [("ID", "PlateAcquisition:0:\(acquisition.id)"), ("Name", acquisition.name)])
            for field in plate.wells.flatMap(\.fields) where field.acquisition == acquisition.id {
                xml.leaf("WellSampleRef", [("ID", sample(field))])
            }
            xml.close("PlateAcquisition")
        }
        xml.close("Plate")
    }

    /// Every image is one sample, so its number makes the name.
    private func sample(_ field: Plate.Field) -> String { "WellSample:0:\(field.image)" }
}
