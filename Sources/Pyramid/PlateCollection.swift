public import OMEZarr
public import Zarr

/// The root of a plate: groups of rows, in them wells, in them the images of the fields.
///
/// - Source: OME-Zarr 0.4 and 0.5, "plate" and "well" metadata. The OME-XML a plate came with stands where collections
///   of bioformats2raw have it.
public struct PlateCollection: Sendable {
    private let plate: Plate
    private let store: any WritableStore
    private let version: OMEZarrVersion

    /// A plate at the root of a store.
    public init(_ plate: Plate, in store: any WritableStore, version: OMEZarrVersion) {
        self.plate = plate
        self.store = store
        self.version = version
    }

    /// Writes everything but the images, the root last: call it when all fields are complete. Rows and wells without
    /// fields get no group.
    ///
    /// - Parameter omeXML: the metadata of the source, kept to the letter but for where the pixels lie.
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(omeXML: String?) throws -> [String] {
        let format = version.zarrFormat
        for well in plate.wells {
            let key = try StoreKey(plate.path(of: well))
            try ZarrGroup.create(store, key, format: format, attributes: ContainerAttributes.well(well, version))
        }
        for row in Set(plate.wells.map(\.row)).sorted() {
            try ZarrGroup.create(store, StoreKey(plate.rows[row]), format: format)
        }
        var warnings: [String] = []
        do {
            if let xml = try omeXML.map(OMEXMLMetadataOnly.convert) {
                let group = try StoreKey("OME")
                try store.write(group.appending("METADATA.ome.xml"), Array(xml.utf8))
                let series = ContainerAttributes.omeGroup(series: plate.imagePaths, version)
                try ZarrGroup.create(store, group, format: format, attributes: series)
            }
        } catch let error as OMEZarrError {
            warnings.append("the OME-XML of the source is damaged and was left out: \(error)")
        }
        try ZarrGroup.create(store, .root, format: format, attributes: ContainerAttributes.plate(plate, version))
        return warnings
    }
}
