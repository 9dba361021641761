public import OMEZarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of TIFF files that are the fields of a plate, told apart by their names.
///
/// All files of one row, column, acquisition and field become one image: files that differ in channel, z or t are its
/// planes. Fields are numbered alike in all wells.
public struct PlateFolder: Sendable {
    /// The plate; its images are ``fields``.
    public let plate: Plate
    /// The images of the fields, row by row.
    public let fields: [TiffStack]
    /// What was ignored and why, one sentence each.
    public let warnings: [String]
    /// The pattern that fits the names.
    public let pattern: PlatePattern

    /// More files than the largest screens have in one folder.
    private static let fileLimit = 1 << 20

    /// Looks at the names of a folder's files and opens the first file of each field.
    ///
    /// - Parameter pattern: how the files are named; nil: the one of ``PlatePattern/common`` that fits most files, of
    ///   several the first.
    /// - Throws: ``TiffError``: `.ioFailure` where the folder cannot be read, `.invalidCall` where no file fits the
    ///   pattern or two are the same plane, and what is wrong with a file.
    public static func open(path: String, pattern: PlatePattern? = nil) throws -> PlateFolder {
        let patterns = pattern.map { [$0] } ?? PlatePattern.common
        let deepest = patterns.map(\.depth).max() ?? 0
        let names = try FolderListing.files(in: path, depth: deepest, limit: fileLimit)
        var best: (pattern: PlatePattern, files: [PlateFile])?
        for pattern in patterns where best?.files.count != names.count {
            let files = names.compactMap { PlateFile($0, pattern) }
            if files.count > best?.files.count ?? 0 { best = (pattern, files) }
        }
        if let best { return try PlateFolder(path, best.pattern, best.files, of: names) }
        let example = names.first { $0.lowercased().hasSuffix(".tif") || $0.lowercased().hasSuffix(".tiff") }
        throw TiffError(
            .invalidCall,
            "no file fits \(pattern.map { "the pattern \($0)" } ?? "a common pattern of plates")"
                + (example.map { ", such as \($0)" } ?? ": there is no TIFF")
                + "; say how files are named, as in --plate '{row}{column}_s{field}_w{channel}.tif'", path: path)
    }

    private init(_ folder: String, _ pattern: PlatePattern, _ files: [PlateFile], of names: [String]) throws {
        var warnings: [String] = []
        let others =
            names.count { $0.lowercased().hasSuffix(".tif") || $0.lowercased().hasSuffix(".tiff") } - files.count
        if others > 0 {
            warnings.append("\(others) files in \(folder) do not fit the pattern \(pattern) and are ignored")
        }
        let channels = PlateFile.order(files.map(\.channel)), depths = PlateFile.order(files.map(\.z))
        let times = PlateFile.order(files.map(\.t)), runs = PlateFile.order(files.map(\.acquisition))
        let root = folder.hasSuffix("/") ? folder : folder + "/"

        var wells: [Plate.Well] = [], stacks: [TiffStack] = []
        let byWell = Dictionary(grouping: files) { [$0.row, $0.column] }
        for (place, members) in byWell.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var well = Plate.Well(row: place[0], column: place[1], fields: [])
            let byField = Dictionary(grouping: members) { [runs.firstIndex(of: $0.acquisition) ?? 0, $0.field] }
            for (key, planes) in byField.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                var grid = TiffStack.Grid(times: times.count, channels: channels.count, depths: depths.count)
                for file in planes {
                    let plane = (times.firstIndex(of: file.t) ?? 0, channels.firstIndex(of: file.channel) ?? 0)
                    try grid.set(root + file.path, t: plane.0, c: plane.1, z: depths.firstIndex(of: file.z) ?? 0)
                }
                let name = "\(Plate.rowName(place[0]))\(place[1] + 1) field \(key[1])"
                let stack = try TiffStack(grid, name: name, channelNames: PlateFile.names(channels))
                if grid.missing > 0 {
                    warnings.append("\(grid.missing) planes of \(name) are missing and read as zeros")
                }
                well.fields.append(Plate.Field(image: stacks.count, acquisition: runs.count > 1 ? key[0] : nil))
                stacks.append(stack)
            }
            wells.append(well)
        }
        let acquisitions = runs.count > 1 ? runs.enumerated().map { Plate.Acquisition(id: $0, name: $1) } : []
        plate = Plate(
            name: root.split(separator: "/").last.map(String.init),
            rows: (0...(wells.map(\.row).max() ?? 0)).map(Plate.rowName),
            columns: (0...(wells.map(\.column).max() ?? 0)).map { String($0 + 1) }, wells: wells,
            acquisitions: acquisitions)
        fields = stacks
        self.warnings = warnings
        self.pattern = pattern
    }
}

/// What the name of one file says.
private struct PlateFile {
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

    /// The values that occur, numbers by their size.
    static func order(_ values: [String]) -> [String] {
        Set(values).sorted { a, b in
            guard let x = Int(a), let y = Int(b), x != y else { return a < b }
            return x < y
        }
    }

    /// Names of channels; nil where they are only numbers.
    static func names(_ channels: [String]) -> [String]? {
        channels.contains { !$0.isEmpty && Int($0) == nil } ? channels : nil
    }
}
