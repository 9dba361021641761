extension OMEXML {
    /// A plate as the document describes it.
    ///
    /// - Source: OME data model 2016-06, `Plate`.
    package struct Plate: Sendable {
        package struct Sample: Sendable {
            package var id: String?
            /// The ID of its image; nil for a place that was not imaged.
            package var image: String?
        }

        package struct Well: Sendable {
            package var row, column: Int
            package var samples: [Sample] = []
        }

        package struct Acquisition: Sendable {
            package var name: String?
            /// IDs of the samples it took.
            package var samples: Set<String> = []
        }

        package var name: String?
        package var rows, columns: Int?
        /// False where rows are numbered, columns lettered.
        package var rowsAreLettered = true, columnsAreNumbered = true
        package var wells: [Well] = []
        package var acquisitions: [Acquisition] = []
    }
}

/// Gathers the plates of a document, element by element.
struct OMEXMLPlates {
    private(set) var plates: [OMEXML.Plate] = []
    private enum Place { case outside, plate, well, sample, acquisition }
    private var place = Place.outside

    mutating func start(_ name: LocalName, _ attributes: Attributes) {
        let plate = plates.count - 1
        switch name {
        case "Plate":
            plates.append(OMEXML.Plate(attributes))
            place = .plate
        case "Well" where place == .plate:
            guard let row = attributes.integer("Row"), let column = attributes.integer("Column") else { return }
            plates[plate].wells.append(.init(row: row, column: column))
            place = .well
        case "WellSample" where place == .well:
            plates[plate].wells[plates[plate].wells.count - 1].samples.append(.init(id: attributes["ID"]))
            place = .sample
        case "ImageRef" where place == .sample:
            let well = plates[plate].wells.count - 1, sample = plates[plate].wells[well].samples.count - 1
            plates[plate].wells[well].samples[sample].image = attributes["ID"]
        case "PlateAcquisition" where place == .plate:
            plates[plate].acquisitions.append(.init(name: attributes["Name"]))
            place = .acquisition
        case "WellSampleRef" where place == .acquisition:
            guard let id = attributes["ID"] else { return }
            plates[plate].acquisitions[plates[plate].acquisitions.count - 1].samples.insert(id)
        default: break
        }
    }

    mutating func end(_ name: LocalName) {
        switch (name, place) {
        case ("Plate", _): place = .outside
        case ("Well", .well), ("PlateAcquisition", .acquisition): place = .plate
        case ("WellSample", .sample): place = .well
        default: break
        }
    }
}

extension OMEXML.Plate {
    fileprivate init(_ attributes: Attributes) {
        name = attributes["Name"].flatMap { $0.isEmpty ? nil : $0 }
        rows = attributes.integer("Rows")
        columns = attributes.integer("Columns")
        rowsAreLettered = attributes["RowNamingConvention"] != "number"
        columnsAreNumbered = attributes["ColumnNamingConvention"] != "letter"
    }
}
