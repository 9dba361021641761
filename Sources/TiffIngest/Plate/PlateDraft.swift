import OMEZarr

/// A plate in the making: wells are added in the order in which they lie, with the names of their files.
struct PlateDraft {
    /// The folder of the files, with a "/" at its end.
    private let root: String
    private let channels, depths, times, runs: Values
    private var wells: [Plate.Well] = []
    /// The images of the wells so far.
    private(set) var fields: [TiffStack] = []
    /// What is missing, one sentence each.
    private(set) var warnings: [String] = []

    /// The values a part of the names has, in order, and the place of each.
    private struct Values {
        let all: [String]
        private let places: [String: Int]

        /// Numbers come by their size.
        init(_ values: [String]) {
            all = Set(values).sorted { a, b in
                guard let x = Int(a), let y = Int(b), x != y else { return a < b }
                return x < y
            }
            places = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
        }

        func place(_ value: String) -> Int { places[value] ?? 0 }
    }

    init(_ root: String, _ files: [PlateFile]) {
        self.root = root
        channels = Values(files.map(\.channel))
        depths = Values(files.map(\.z))
        times = Values(files.map(\.t))
        runs = Values(files.map(\.acquisition))
    }

    /// Adds a well and opens the first file of each of its fields.
    ///
    /// - Throws: ``TiffError``: `.invalidCall` where two files are the same plane, and what is wrong with a file.
    mutating func addWell(row: Int, column: Int, _ files: [PlateFile]) throws {
        var well = Plate.Well(row: row, column: column, fields: [])
        let byField = Dictionary(grouping: files) { [runs.place($0.acquisition), $0.field] }
        for (key, planes) in byField.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            well.fields.append(Plate.Field(image: fields.count, acquisition: runs.all.count > 1 ? key[0] : nil))
            fields.append(try stack(planes, name: "\(Plate.rowName(row))\(column + 1) field \(key[1])"))
        }
        wells.append(well)
    }

    private mutating func stack(_ planes: [PlateFile], name: String) throws -> TiffStack {
        var grid = TiffStack.Grid(times: times.all.count, channels: channels.all.count, depths: depths.all.count)
        for file in planes {
            try grid.set(
                root + file.path, t: times.place(file.t), c: channels.place(file.channel), z: depths.place(file.z))
        }
        if grid.missing > 0 { warnings.append("\(grid.missing) planes of \(name) are missing and read as zeros") }
        // Channels that are only numbered have no names.
        let isNamed = channels.all.contains { !$0.isEmpty && Int($0) == nil }
        return try TiffStack(grid, name: name, channelNames: isNamed ? channels.all : nil)
    }

    /// The plate of all wells.
    func plate(name: String?) -> Plate {
        Plate(
            name: name, rows: (0...(wells.map(\.row).max() ?? 0)).map(Plate.rowName),
            columns: (0...(wells.map(\.column).max() ?? 0)).map { String($0 + 1) }, wells: wells,
            acquisitions: runs.all.count > 1 ? runs.all.enumerated().map { Plate.Acquisition(id: $0, name: $1) } : [])
    }
}
