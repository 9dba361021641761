/// A multiwell plate: which images are the fields of which well.
///
/// - Source: OME-Zarr 0.4 and 0.5, "plate" and "well" metadata; OME-XML 2016-06, `Plate`.
public struct Plate: Sendable, Hashable {
    /// One run over the plate.
    public struct Acquisition: Sendable, Hashable {
        /// Unique within the plate, at least 0.
        public var id: Int
        /// What it is called; nil where nobody says.
        public var name: String?
        /// What is known of it in words.
        public var description: String?

        /// An acquisition.
        public init(id: Int, name: String? = nil, description: String? = nil) {
            self.id = id
            self.name = name
            self.description = description
        }
    }

    /// One image of a well.
    public struct Field: Sendable, Hashable {
        /// Its place among the images that are written with the plate.
        public var image: Int
        /// The id of its acquisition; nil where the plate names none.
        public var acquisition: Int?

        /// A field.
        public init(image: Int, acquisition: Int? = nil) {
            self.image = image
            self.acquisition = acquisition
        }
    }

    /// One well that has fields.
    public struct Well: Sendable, Hashable {
        /// Indices of its row and column.
        public var row, column: Int
        /// At least one; numbered from 0 in this order.
        public var fields: [Field]

        /// A well.
        public init(row: Int, column: Int, fields: [Field]) {
            self.row = row
            self.column = column
            self.fields = fields
        }
    }

    /// What the plate is called; nil where nobody says.
    public var name: String?
    /// The names of all rows and columns, of letters and digits, each once.
    public var rows, columns: [String]
    /// The wells that have fields, row by row.
    public var wells: [Well]
    /// The runs over the plate; empty where nothing is known of them.
    public var acquisitions: [Acquisition]

    /// A plate.
    public init(
        name: String? = nil, rows: [String], columns: [String], wells: [Well], acquisitions: [Acquisition] = []
    ) {
        self.name = name
        self.rows = rows
        self.columns = columns
        self.wells = wells
        self.acquisitions = acquisitions
    }

    /// The most fields a well has.
    public var fieldCount: Int { wells.map(\.fields.count).max() ?? 0 }

    /// Where a well lies in the plate: `B/3`.
    public func path(of well: Well) -> String { "\(rows[well.row])/\(columns[well.column])" }

    /// Where each image lies in the plate, such as `B/3/0`, in the order of the images.
    public var imagePaths: [String] {
        let fields = wells.flatMap { well in
            well.fields.enumerated().map { ($1.image, "\(path(of: well))/\($0)") }
        }
        return fields.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The plate for a list of nothing but its fields: with its images numbered anew from 0, in their order.
    ///
    /// - Returns: the plate, and the number that each image had before.
    public var renumbered: (plate: Plate, images: [Int]) {
        let images = wells.flatMap { $0.fields.map(\.image) }.sorted()
        let places = Dictionary(images.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var plate = self
        for well in wells.indices {
            for field in wells[well].fields.indices {
                plate.wells[well].fields[field].image = places[wells[well].fields[field].image] ?? 0
            }
        }
        return (plate, images)
    }

    /// The name of a row: A to Z, AA, AB, …
    public static func rowName(_ index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return index < 26 ? letter : rowName(index / 26 - 1) + letter
    }

    /// The row a name of letters stands for, whatever their case; nil for anything else.
    public static func rowIndex(_ name: some StringProtocol) -> Int? {
        guard (1...2).contains(name.utf8.count) else { return nil }
        var index = 0
        for byte in name.utf8 {
            let letter = byte & 0xDF
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter) else { return nil }
            index = index * 26 + Int(letter - UInt8(ascii: "A")) + 1
        }
        return index - 1
    }
}
