import OMEZarr
import TiffIngest
import Zarr

/// The images of an input that become one OME-TIFF: one, those of a collection, or the fields of a plate.
struct ExportInput {
    /// In the order of the OME-XML they came with.
    let images: [any ImageSource]
    /// Which of the input's images they are.
    let positions: OMETiffExport.Positions
    /// The plate whose fields they are; nil where one is chosen, or there is no plate.
    let plate: Plate?
    /// What of them is not exported and why, one sentence each.
    let warnings: [String]

    /// An image that is opened when it is wanted, and what it is called where it does not say.
    private struct Entry {
        var name: String?
        let open: () throws -> any ImageSource
    }

    /// - Parameter series: the only image to take; nil: all.
    init(_ input: ImageInput, series: Int?) throws {
        let (entries, plate) = try Self.entries(input)
        if let series, !entries.indices.contains(series) {
            throw UsageError("there is no series \(series): the input has \(entries.count), numbered from 0")
        }
        let numbers = series.map { [$0] } ?? Array(entries.indices)
        let opened = try numbers.map { try entries[$0].open() }
        warnings = input.warnings(of: opened)
        images = try zip(numbers, opened).map { try Self.named($1, entries[$0].name) }
        positions = .init(numbers, of: entries.count)
        self.plate = series == nil ? plate : nil
    }

    /// All images of an input, and the plate they are of.
    private static func entries(_ input: ImageInput) throws -> ([Entry], Plate?) {
        switch input {
        case .tiff(let document): return (document.series.map { image in Entry { image } }, document.plate)
        case .zarr(let place, let identification):
            func entry(_ key: StoreKey) -> Entry { Entry { try OMEZarrImage.open(place.store, key) } }
            switch identification.kind {
            case .plate:
                let (plate, keys) = try Plate.read(place.store, place.key)
                guard !keys.isEmpty else { throw Refusal("the plate in \(place.store.name) has no images") }
                // Every image is one field, so there are as many paths.
                return (zip(keys, plate.imagePaths).map { Entry(name: $1, open: entry($0).open) }, plate)
            case .bioFormats2Raw, .well:
                return (try OMEZarrImage.imageKeys(place.store, place.key).map(entry), nil)
            default: return ([Entry { try input.image(series: 0) }], nil)
            }
        }
    }

    /// The image, called so where it has no name.
    private static func named(_ image: any ImageSource, _ name: String?) throws -> any ImageSource {
        guard let name, image.description.name == nil else { return image }
        var changes = ImageChanges()
        changes.name = name
        return try RelabelledImage(image, changes)
    }
}
