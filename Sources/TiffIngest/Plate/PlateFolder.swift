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
        if let best = bestFit(names, patterns) { return try PlateFolder(path, best.pattern, best.files, of: names) }
        let example = names.first { $0.lowercased().hasSuffix(".tif") || $0.lowercased().hasSuffix(".tiff") }
        throw TiffError(
            .invalidCall,
            "no file fits \(pattern.map { "the pattern \($0)" } ?? "a common pattern of plates")"
                + (example.map { ", such as \($0)" } ?? ": there is no TIFF")
                + "; say how files are named, as in --plate '{row}{column}_s{field}_w{channel}.tif'", path: path)
    }

    /// The common pattern that fits most of some names, and how many it fits; nil where none fits any.
    package static func pattern(fitting names: [String]) -> (pattern: PlatePattern, count: Int)? {
        bestFit(names, PlatePattern.common).map { ($0.pattern, $0.files.count) }
    }

    /// Of patterns that fit as many the first.
    private static func bestFit(
        _ names: [String], _ patterns: [PlatePattern]
    ) -> (pattern: PlatePattern, files: [PlateFile])? {
        var best: (pattern: PlatePattern, files: [PlateFile])?
        for pattern in patterns where best?.files.count != names.count {
            let files = names.compactMap { PlateFile($0, pattern) }
            if files.count > best?.files.count ?? 0 { best = (pattern, files) }
        }
        return best
    }

    private init(_ folder: String, _ pattern: PlatePattern, _ files: [PlateFile], of names: [String]) throws {
        let root = folder.hasSuffix("/") ? folder : folder + "/"
        var draft = PlateDraft(root, files)
        let byWell = Dictionary(grouping: files) { [$0.row, $0.column] }
        for (place, members) in byWell.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try draft.addWell(row: place[0], column: place[1], members)
        }
        plate = draft.plate(name: root.split(separator: "/").last.map(String.init))
        fields = draft.fields
        self.pattern = pattern
        let others =
            names.count { $0.lowercased().hasSuffix(".tif") || $0.lowercased().hasSuffix(".tiff") } - files.count
        let ignored = "\(others) files in \(folder) do not fit the pattern \(pattern) and are ignored"
        warnings = (others > 0 ? [ignored] : []) + draft.warnings
    }
}
