import OMEZarr

extension Plate {
    /// No plate has more rows or columns; each is listed, so a claim must not cost memory without end.
    static let largestSide = 512

    /// The plate of a document; nil where none of its wells has an image that can be read.
    ///
    /// - Parameters:
    ///   - images: the ID of each image that was read, in the order they are written.
    ///   - warn: told what of the plate is left out and why.
    init?(_ plate: OMEXML.Plate, images: [String?], warn: (String) -> Void) {
        let numbers = Dictionary(
            images.enumerated().compactMap { number, id in id.map { ($0, number) } }, uniquingKeysWith: { a, _ in a })
        var wells: [[Int]: [(field: Field, sample: String?)]] = [:]
        var used = Set<Int>()
        for well in plate.wells {
            guard (0..<Self.largestSide).contains(well.row), (0..<Self.largestSide).contains(well.column) else {
                warn("the well in row \(well.row) and column \(well.column) of the OME-XML cannot be and is ignored")
                continue
            }
            for sample in well.samples {
                guard let number = sample.image.flatMap({ numbers[$0] }), used.insert(number).inserted else { continue }
                wells[[well.row, well.column], default: []].append((Field(image: number), sample.id))
            }
        }
        let places = wells.keys.sorted { $0.lexicographicallyPrecedes($1) }
        guard let lastRow = places.map({ $0[0] }).max(), let lastColumn = places.map({ $0[1] }).max() else {
            return nil
        }
        let acquisitions = Self.acquisitions(plate, wells.values.flatMap { $0.map(\.sample) }, warn)
        func side(_ told: Int?, _ last: Int) -> Int { max(last + 1, min(told ?? 0, Self.largestSide)) }
        self.init(
            name: plate.name,
            rows: (0..<side(plate.rows, lastRow)).map { plate.rowsAreLettered ? Self.rowName($0) : String($0 + 1) },
            columns: (0..<side(plate.columns, lastColumn)).map {
                plate.columnsAreNumbered ? String($0 + 1) : Self.rowName($0)
            },
            wells: places.map { place in
                Well(
                    row: place[0], column: place[1],
                    fields: (wells[place] ?? []).map { entry in
                        var field = entry.field
                        field.acquisition = acquisitions.firstIndex { $0.samples.contains(entry.sample ?? "") }
                        return field
                    })
            },
            acquisitions: acquisitions.enumerated().map { Acquisition(id: $0, name: $1.name) })
    }

    /// The acquisitions that took something; none where they leave open who took what.
    private static func acquisitions(
        _ plate: OMEXML.Plate, _ samples: [String?], _ warn: (String) -> Void
    ) -> [OMEXML.Plate.Acquisition] {
        let taken = Set(samples.compactMap(\.self))
        let acquisitions = plate.acquisitions.filter { !$0.samples.isDisjoint(with: taken) }
        let told = acquisitions.reduce(into: Set<String>()) { $0.formUnion($1.samples) }
        guard acquisitions.count > 1, samples.contains(where: { $0.map { !told.contains($0) } ?? true }) else {
            return acquisitions
        }
        warn("the OME-XML does not say which acquisition took each field of the plate; acquisitions are left out")
        return []
    }
}
