import OMEZarr

/// What the name of one file says.
struct PlateFile {
    let path: String
    let row, column, field: Int
    let channel, z, t, acquisition: String

    /// Nil where the name does not fit, or names a place no plate has.
    init?(_ path: String, _ pattern: PlatePattern) {
        guard let parts = pattern.match(path) else { return nil }
        let well = parts[.well] ?? ""
        let letters = parts[.row] ?? String(well.prefix { $0.isLetter })
        let digits = parts[.column] ?? String(well.drop { $0.isLetter })
        // Rows and columns of names are counted from 1.
        guard let row = Plate.rowIndex(letters) ?? Int(letters).map({ $0 - 1 }), let column = Int(digits),
            (0..<Plate.largestSide).contains(row), (1...Plate.largestSide).contains(column)
        else { return nil }
        self.path = path
        self.row = row
        self.column = column - 1
        field = parts[.field].flatMap { Int($0) } ?? 0
        channel = parts[.channel] ?? ""
        z = parts[.z] ?? ""
        t = parts[.t] ?? ""
        acquisition = parts[.acquisition] ?? ""
    }
}
