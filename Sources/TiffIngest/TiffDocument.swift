public import OMEZarr

/// A TIFF file, or several that belong together, opened and understood: which images it has and what they mean.
///
/// Reads all directories once, pixels never: a million pages take 2 s and 60 MB.
public struct TiffDocument: Sendable {
    /// The images; at least one.
    public let series: [TiffImage]
    /// Whose conventions the metadata follow: "OME-TIFF", "ImageJ", "tifffile" or "TIFF".
    public let flavour: String
    /// The OME-XML, byte for byte as it stands in the file or its companion; nil where there is none.
    public let omeXML: [UInt8]?
    /// The plate whose fields the images are; nil where there is none. Images that are no field are not in it.
    public let plate: Plate?
    /// What was ignored and why, one sentence each.
    public let warnings: [String]
    /// True for BigTIFF, false for classic TIFF.
    public let isBigTIFF: Bool
    /// True where numbers are stored most significant byte first ("MM").
    public let isBigEndian: Bool
    /// Directories of the file that was opened, without SubIFDs.
    public let directoryCount: Int
    /// Files the images are read from.
    public let fileCount: Int

    /// Opens a TIFF file or the `.companion.ome` of a multi-file OME-TIFF.
    ///
    /// - Parameters:
    ///   - path: of the file; other files of a series are looked for in its folder.
    ///   - limits: how much memory the file may make the reader take.
    ///   - folder: without links; where all its files must lie, wherever links lead. Nil: anywhere.
    /// - Throws: ``TiffError``: `.ioFailure` where the file cannot be read, `.notTIFF` where it is something else,
    ///   `.damaged` or `.unsupported` where no image can be read from it.
    public static func open(
        path: String, limits: TiffLimits = .standard, within folder: String? = nil
    ) throws -> TiffDocument {
        do {
            return try TiffDocument(path, limits, folder)
        } catch let error as TiffError {
            throw error.at(path)
        }
    }

    private init(_ path: String, _ limits: TiffLimits, _ folder: String?) throws {
        let catalogue = FileCatalogue(limits: limits, within: folder)
        if let companion = try OMETiff.companion(path, catalogue) {
            try self.init(companion, catalogue)
        } else {
            _ = try catalogue.open(path)
            try self.init(Flavour.interpret(catalogue), catalogue)
        }
    }

    private init(_ meaning: Flavour.Meaning, _ catalogue: FileCatalogue) throws {
        let files = catalogue.set()
        var images = [TiffImage](), omeIDs = [String?](), firstError: TiffError?
        for (index, draft) in meaning.series.enumerated() {
            do {
                images.append(
                    try TiffImage(
                        draft, files: files, limits: catalogue.limits, flavour: meaning.flavour,
                        hasOMEXML: meaning.omeXML != nil))
                omeIDs.append(draft.omeID)
            } catch let error as TiffError {
                // An unreadable mask or thumbnail must not keep the image from being read.
                firstError = firstError ?? error
                if index == 0 { throw error }
                catalogue.warn("series \(index) is ignored: \(error.message)")
            }
        }
        guard !images.isEmpty else { throw firstError ?? TiffError(.damaged, "the file holds no image") }
        series = images
        flavour = meaning.flavour
        omeXML = meaning.omeXML
        let plates = meaning.plates.compactMap { Plate($0, images: omeIDs, warn: catalogue.warn) }
        if plates.count > 1 { catalogue.warn("the OME-XML has \(plates.count) plates; only the first is read as one") }
        plate = plates.first
        warnings = catalogue.warnings
        isBigTIFF = catalogue.members[0].header.isBig
        isBigEndian = catalogue.members[0].header.isBigEndian
        directoryCount = catalogue.indexes[0].pages.count
        fileCount = catalogue.members.count
    }
}
