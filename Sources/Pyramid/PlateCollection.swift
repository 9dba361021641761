public import OMEZarr
import Zarr

/// The root of a plate: groups of rows, in them wells, in them the images of the fields.
///
/// - Source: OME-Zarr 0.4 and 0.5, "plate" and "well" metadata. The OME-XML a plate came with stands where collections
///   of bioformats2raw have it.
public struct PlateCollection: Sendable {
    private let plate: Plate
    private let documents: SourceDocuments

    /// A plate at the root of the store that the documents go to.
    public init(_ plate: Plate, _ documents: SourceDocuments) {
        self.plate = plate
        self.documents = documents
    }

    /// Writes everything but the images, the root last: call it when all fields are complete. Rows and wells without
    /// fields get no group.
    ///
    /// - Parameter images: the images as they were written, in the order of the plate's fields.
    /// - Returns: what was not kept and why, one sentence each.
    public func finish(_ images: [ImageDescription]) throws -> [String] {
        let store = documents.store, version = documents.version, format = version.zarrFormat
        for well in plate.wells {
            let key = try StoreKey(plate.path(of: well))
            try ZarrGroup.create(store, key, format: format, attributes: ContainerAttributes.well(well, version))
        }
        for row in Set(plate.wells.map(\.row)).sorted() {
            try ZarrGroup.create(store, StoreKey(plate.rows[row]), format: format)
        }
        let warnings = try documents.write(images, series: plate.imagePaths)
        try ZarrGroup.create(store, .root, format: format, attributes: ContainerAttributes.plate(plate, version))
        return warnings
    }
}
