import OMEZarr
import Pyramid
import TiffIngest
import Zarr

/// What a conversion takes: images, and how they lie to each other in the output.
struct ConversionInput {
    /// One image of it.
    struct Item {
        let image: any ImageSource
        /// Where in the input it comes from, where that is not plain.
        let origin: String?
    }

    private(set) var items: [Item]
    private(set) var layout: OutputLayout
    /// The OME-XML they came with, byte for byte; nil where there is none.
    private(set) var omeXML: [UInt8]?
    /// What is not converted and why.
    private(set) var warnings: [String] = []

    /// Opens what lies at a path.
    ///
    /// - Parameters:
    ///   - series: the only image to take; nil: all.
    ///   - asSeries: whether also one image, or a plate, is laid out as numbered series.
    ///   - plate: how the files of a folder are named; `auto` tries the common patterns.
    ///   - axes: of a plain array; nil: what it says itself.
    static func open(
        _ path: String, series: Int?, asSeries: Bool, plate: String?, axes: AxesArgument? = nil
    ) throws -> ConversionInput {
        guard let plate else {
            return try ConversionInput(path, series: series, asSeries: asSeries, axes: axes)
        }
        guard series == nil, !asSeries else {
            throw UsageError("--plate makes a plate of all files: leave out --series and --bioformats2raw")
        }
        return try ConversionInput(plateIn: path, pattern: plate)
    }

    private init(_ path: String, series: Int?, asSeries: Bool, axes: AxesArgument?) throws {
        let input = try Self.open(path)
        let images = try input.images(series: series, axes: axes)
        items = images.map { Item(image: $0, origin: nil) }
        layout = asSeries || images.count > 1 ? .series : .image
        omeXML = input.omeXML
        warnings = input.warnings(of: images)
        if case .tiff(let document) = input, let found = document.plate, series == nil, !asSeries {
            take(found)
        }
    }

    /// - Throws: of a folder that holds no Zarr what it does hold, and what would work.
    private static func open(_ path: String) throws -> ImageInput {
        do {
            return try ImageInput.open(path)
        } catch let error as OMEZarrError where error.code == .notFound {
            throw FolderContents(path)?.refusal ?? error
        }
    }

    private init(plateIn folder: String, pattern: String) throws {
        do {
            let pattern = pattern == "auto" ? nil : try PlatePattern(pattern)
            let found = try PlateFolder.open(path: folder, pattern: pattern)
            items = found.fields.map { Item(image: $0, origin: $0.firstPath) }
            layout = .plate(found.plate)
            warnings = found.warnings
        } catch let error as TiffError where error.code == .invalidCall {
            throw UsageError("\(error)")
        }
    }

    /// Keeps the images that are fields of a plate, in the order of the OME-XML.
    private mutating func take(_ plate: Plate) {
        let (taken, fields) = plate.renumbered
        if fields.count < items.count {
            warnings.append("\(items.count - fields.count) images are in no well of the plate and are not converted")
        }
        items = fields.map { Item(image: items[$0].image, origin: "series \($0)") }
        layout = .plate(taken)
    }

    /// Gives the plate the name that would else go to an image.
    mutating func rename(_ name: String?) {
        guard case .plate(var plate) = layout, let name else { return }
        plate.name = name
        layout = .plate(plate)
    }

    var isPlate: Bool {
        if case .plate = layout { return true }
        return false
    }
}
