public import Zarr

extension Plate {
    /// Reads the plate at a key.
    ///
    /// - Returns: the plate, and where its images lie: in the order in which the group `OME` lists them, which is that of
    ///   the OME-XML beside them, else well by well.
    /// - Throws: ``OMEZarrError`` with code `.notAnImage` where no plate is there, `.corrupt` where a well lies in no row
    ///   or column of it; errors of the store.
    /// - Source: OME-Zarr 0.4 and 0.5, "plate", "well" and "bioformats2raw.layout" metadata.
    public static func read(_ store: any ReadableStore, _ key: StoreKey) throws -> (plate: Plate, images: [StoreKey]) {
        let node = try ZarrNode.require(store, key)
        guard case .plate(let paths) = try ImageKind.identify(node, store, key).kind,
            let members = OMEAttributes(node.attributes).members["plate"]
        else { throw OMEZarrError(.notAnImage, "\(key) in \(store.name) holds no plate", key: key) }
        func names(_ list: JSONValue?) -> [String] { (list?.array ?? []).map { $0["name"]?.string ?? "" } }
        var plate = Plate(
            name: members["name"]?.string, rows: names(members["rows"]), columns: names(members["columns"]), wells: [],
            acquisitions: acquisitions(members["acquisitions"]))
        // What a list repeats counts once.
        var seen: Set<StoreKey> = [], fields: [(well: Int, key: StoreKey, acquisition: Int?)] = []
        for path in paths {
            let place = try key.appending(trimmed: path)
            guard seen.insert(place).inserted else { continue }
            plate.wells.append(try plate.well(at: place))
            for (image, acquisition) in try Self.fields(store, place) where seen.insert(image).inserted {
                fields.append((plate.wells.count - 1, image, acquisition))
            }
        }
        let images = try ordered(fields.map(\.key), store, key)
        let numbers = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
        for field in fields {
            plate.wells[field.well].fields.append(
                Field(image: numbers[field.key] ?? 0, acquisition: field.acquisition))
        }
        plate.wells.removeAll { $0.fields.isEmpty }
        return (plate, images)
    }

    /// A well without fields, by its place: what its path must say, while its indices are missing before 0.4.
    private func well(at place: StoreKey) throws -> Well {
        let parts = place.path.split(separator: "/").suffix(2).map(String.init)
        guard parts.count == 2, let row = rows.firstIndex(of: parts[0]), let column = columns.firstIndex(of: parts[1])
        else {
            throw OMEZarrError(
                .corrupt,
                "the well \(place) lies in no row and column that the plate lists: correct its \"rows\", "
                    + "\"columns\" and \"wells\"", key: place)
        }
        return Well(row: row, column: column, fields: [])
    }

    /// The fields of a well, and the acquisitions that took them.
    private static func fields(_ store: any ReadableStore, _ well: StoreKey) throws -> [(StoreKey, Int?)] {
        let members = OMEAttributes(try ZarrNode.require(store, well).attributes).members
        return try (members["well"]?["images"]?.array ?? []).compactMap { image in
            try image["path"]?.string.map { (try well.appending(trimmed: $0), image["acquisition"]?.int) }
        }
    }

    private static func acquisitions(_ list: JSONValue?) -> [Acquisition] {
        var seen: Set<Int> = []
        return (list?.array ?? []).compactMap { entry in
            guard let id = entry["id"]?.int, seen.insert(id).inserted else { return nil }
            return Acquisition(id: id, name: entry["name"]?.string, description: entry["description"]?.string)
        }
    }

    /// The images in the order of the group `OME`; as they are where it lists others, or does not exist.
    private static func ordered(
        _ images: [StoreKey], _ store: any ReadableStore, _ key: StoreKey
    ) throws -> [StoreKey] {
        guard let group = try ZarrNode.read(store, key.appending("OME")) else { return images }
        let series = OMEAttributes(group.attributes).members["series"]?.array ?? []
        let listed = series.compactMap { $0.string.flatMap { try? key.appending(trimmed: $0) } }
        return listed.count == images.count && Set(listed) == Set(images) ? listed : images
    }
}
