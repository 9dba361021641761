/// Finds out by whose conventions a file is to be read.
enum Flavour {
    /// What a file was understood to hold.
    struct Meaning {
        var flavour: String
        var series: [SeriesDraft]
        var omeXML: String?
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
        warnAboutVendors(first, description, catalogue)
        return Meaning(flavour: "TIFF", series: try PlainTiff.series(catalogue, reader))
    }

    /// Formats with conventions of their own that are read as plain pages for now.
    private static func warnAboutVendors(_ first: Directory, _ description: [UInt8], _ catalogue: FileCatalogue) {
        let tags: [(UInt16, String)] = [
            (34412, "Zeiss LSM"), (33628, "MetaMorph STK"), (34361, "Olympus FluoView"), (51123, "Micro-Manager"),
            (65420, "Hamamatsu NDPI"),
        ]
        var vendor = tags.first { first[Tag(rawValue: $0.0)] != nil }?.1
        if description.starts(with: "Aperio ".utf8) { vendor = "Aperio SVS" }
        if let vendor {
            catalogue.warn(
                "this is a \(vendor) file; what only it knows is ignored, and its pages are read as they stand")
        }
    }
}
