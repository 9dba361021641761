#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// OME-TIFF: XML in the first description says which page is which plane, in this file and in others.
///
/// - Source: OME-TIFF specification, docs.openmicroscopy.org; behaviour compared with tifffile and Bio-Formats.
enum OMETiff {
    /// Whether a description is OME-XML.
    static func matches(_ description: [UInt8]) -> Bool {
        let end = description.reversed().prefix(64).drop { $0 <= 0x20 }.prefix(4)
        return end.elementsEqual(">EMO".utf8) && description.first { $0 > 0x20 } == UInt8(ascii: "<")
            || end.elementsEqual(Array(">EMO".utf8)) && description.count > 16
    }

    /// Reads the file of a catalogue by its OME-XML; nil where that describes no image there is.
    static func interpret(_ description: [UInt8], _ catalogue: FileCatalogue) throws -> Flavour.Meaning? {
        var bytes = description
        var document: OMEXML
        do {
            document = try OMEXMLParser.parse(bytes)
            if let name = document.metadataFile, document.images.isEmpty {
                // The file has pixels only; what they mean stands in its companion.
                let path = folder(of: catalogue.members[0].path) + name
                guard isPlainName(name), let companion = try? contents(of: path, catalogue) else {
                    catalogue.warn("the metadata stand in '\(name)', which is not in this file's folder")
                    return nil
                }
                document = try OMEXMLParser.parse(companion)
                bytes = companion
            }
        } catch let error as TiffError {
            catalogue.warn(error.message)
            return nil
        }
        return try interpret(document, bytes, catalogue, isCompanion: false)
    }

    /// Reads a companion file that was opened itself; nil where the path leads to something else than XML.
    static func companion(_ path: String, _ catalogue: FileCatalogue) throws -> Flavour.Meaning? {
        guard path.hasSuffix(".ome") || path.hasSuffix(".xml") else { return nil }
        let bytes = try contents(of: path, catalogue)
        guard bytes.first == UInt8(ascii: "<") || bytes.starts(with: [0xEF, 0xBB, 0xBF, UInt8(ascii: "<")]) else {
            return nil
        }
        let document = try OMEXMLParser.parse(bytes)
        let names = document.images.lazy.flatMap(\.tiffData).compactMap(\.fileName)
        guard let first = names.first(where: { isPlainName($0) && exists(folder(of: path) + $0) }) else {
            throw TiffError(.damaged, "none of the TIFF files this companion names is in its folder; copy them there")
        }
        _ = try catalogue.open(folder(of: path) + first)
        guard let meaning = try interpret(document, bytes, catalogue, isCompanion: true) else {
            throw TiffError(.damaged, "the companion describes no image of the files it names")
        }
        return meaning
    }

    private static func interpret(
        _ document: OMEXML, _ bytes: [UInt8], _ catalogue: FileCatalogue, isCompanion: Bool
    ) throws -> Flavour.Meaning? {
        var planes = OMEPlanes(document, catalogue, isCompanion: isCompanion)
        var series = [SeriesDraft]()
        for (number, image) in document.images.enumerated() {
            guard let draft = try planes.series(image) else {
                catalogue.warn("image \(number) of the OME-XML has no pixels here and is ignored")
                continue
            }
            series.append(draft)
        }
        guard !series.isEmpty else { return nil }
        return Flavour.Meaning(flavour: "OME-TIFF", series: series, omeXML: bytes, plates: document.plates)
    }

    /// The folder of a path, with the slash at its end; empty for the current one.
    static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

    /// Whether a name stays in its folder: a document must not make us read files elsewhere.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.utf8.contains(0)
            && !name.split(separator: "/").contains("..")
    }

    private static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

    private static func contents(of path: String, _ catalogue: FileCatalogue) throws -> [UInt8] {
        let file = try TiffFile(path: path, within: catalogue.folder), limits = catalogue.limits
        guard file.size <= limits.fieldBytes else {
            throw TiffError(.limitExceeded, "the companion has \(file.size) bytes, the limit is \(limits.fieldBytes)")
        }
        return try [UInt8](unsafeUninitializedCapacity: file.size) { buffer, count in
            // Safety: the buffer has as many bytes as are read.
            if let base = buffer.baseAddress { try file.read(file.size, at: 0, into: base) }
            count = file.size
        }
    }
}
