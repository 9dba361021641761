/// Finds out by whose conventions a file is to be read.
enum Flavour {
    /// What a file was understood to hold.
    struct Meaning {
        var flavour: String
        var series: [SeriesDraft]
        /// Byte for byte.
        var omeXML: [UInt8]?
        var plates: [OMEXML.Plate] = []
    }

    /// Reads the first file of a catalogue by the first convention that fits it.
    ///
    /// - Throws: ``TiffError`` where not even plain pages can be made out.
    static func interpret(_ catalogue: FileCatalogue) throws -> Meaning {
        let reader = try catalogue.reader(0)
        let first = try reader.directory(at: catalogue.indexes[0].pages[0].offset)
        let description = reader.text(.imageDescription, of: first) ?? []
        if ShapedTiff.matches(description), let series = try ShapedTiff.series(catalogue, reader) {
            return Meaning(flavour: "tifffile", series: series)
        }
        if OMETiff.matches(description) {
            if let meaning = try OMETiff.interpret(description, catalogue) { return meaning }
            catalogue.warn("the OME-XML describes no image of this file; its pages are read as they stand")
        }
        if let text = ImageJ.description(first, reader), let series = try ImageJ.series(text, first, catalogue, reader)
        {
            return Meaning(flavour: "ImageJ", series: [series])
        }
        try warnAboutVendors(first, description, catalogue, reader)
        return Meaning(flavour: "TIFF", series: try PlainTiff.series(catalogue, reader))
    }

    /// Formats with conventions of their own that are read as plain pages for now.
    private static func warnAboutVendors(
        _ first: Directory, _ description: [UInt8], _ catalogue: FileCatalogue, _ reader: DirectoryReader
    ) throws {
        let tags: [(UInt16, String)] = [
            (34412, "Zeiss LSM"), (34361, "Olympus FluoView"), (51123, "Micro-Manager"), (65420, "Hamamatsu NDPI"),
        ]
        try refusePlanesBehindOneDirectory(first, catalogue)
        var vendor = tags.first { first[Tag(rawValue: $0.0)] != nil }?.1
        if description.starts(with: "Aperio ".utf8) { vendor = "Aperio SVS" }
        if reader.text(.software, of: first)?.starts(with: "PerkinElmer-QPI".utf8) == true { vendor = "Akoya QPTIFF" }
        if let vendor {
            catalogue.warn(
                "the format is \(vendor); what only it knows is ignored, and the pages are read as they stand")
        }
    }

    /// MetaMorph stacks hide all planes but the first behind one directory: reading that one would lose the others.
    ///
    /// - Source: MetaMorph STK format, UIC2Tag (33629), whose count is the number of planes.
    private static func refusePlanesBehindOneDirectory(_ first: Directory, _ catalogue: FileCatalogue) throws {
        guard let planes = first[Tag(rawValue: 33629)]?.count, planes > catalogue.indexes[0].pages.count else { return }
        throw TiffError(
            .unsupported,
            "the file is a MetaMorph stack of \(planes) planes in one directory (tag 33629), which is not supported; "
                + "save it as OME-TIFF or as one page for each plane")
    }
}
