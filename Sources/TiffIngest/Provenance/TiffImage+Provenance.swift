public import Zarr

/// Where an image comes from, as its document knows.
struct Provenance: Sendable {
    /// Whose conventions the metadata follow.
    var flavour = "TIFF"
    var hasOMEXML = false
    /// What the file says of single planes.
    var planes: PlaneRecord?
}

extension TiffImage {
    /// What the file says of the image beyond what OME-Zarr has a word for: its format, the tags of the first
    /// page and those a camera wrote, the metadata of ImageJ and Micro-Manager, times and positions of planes.
    ///
    /// Costs reading one directory, of Micro-Manager's files up to 4096; what cannot be read is left out. Names of files are no part of it: a file that was moved
    /// is the same source.
    public var provenance: JSONValue? {
        var record = JSONObject()
        guard let location = levels[0].planes.first(where: { !$0.isAbsent }) ?? levels[0].planes.first else {
            return nil
        }
        if files.members.count > 1 { record["files"] = JSONValue(files.members.count) }
        record["format"] = .string(origin.flavour)
        addTags(location, &record)
        record["planes"] = origin.planes?.json
        return .object(record)
    }

    private func addTags(_ location: PlaneLocation, _ source: inout JSONObject) {
        guard !location.isAbsent, let file = try? files.file(Int(location.file)) else { return }
        let header = files.members[Int(location.file)].header
        let reader = DirectoryReader(file, header: header, limits: limits)
        // Planes without a directory belong to the first of the file.
        let place = location.isBare ? header.firstDirectory : location.offset
        guard let directory = try? reader.directory(at: place) else { return }
        var record = TagRecord(reader)
        var tags = record.tags(directory, hasOMEXML: origin.hasOMEXML)
        let camera = exif(directory, reader).map { record.tags($0, hasOMEXML: false) }
        let microManager = MicroManagerRecord.json(self)
        // There it is said of all planes.
        if microManager != nil { tags[TagNames.microManager] = nil }
        source["tags"] = .object(tags)
        source["exif"] = camera.map { .object($0) }
        source["micromanager"] = microManager
        source["imagej"] = ImageJRecord.json(directory, reader)
    }

    /// The directory a camera wrote beside that of the page; nil where there is none.
    ///
    /// - Source: Exif 2.32, "Exif IFD Pointer" (34665).
    private func exif(_ page: Directory, _ reader: DirectoryReader) -> Directory? {
        guard let offset = try? reader.integer(Tag(rawValue: 34665), of: page) else { return nil }
        return try? reader.directory(at: offset)
    }
}
