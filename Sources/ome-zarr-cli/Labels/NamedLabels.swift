import OMEZarr
import TiffIngest
import Zarr

/// Labels of an image that is going to be written: what they are called, and their pixels with the image's axes.
struct NamedLabels {
    let name: String
    let source: any ImageSource

    /// - Parameters:
    ///   - mask: the pixels.
    ///   - details: colours and properties where they are known; nil: each value gets its own colour.
    ///   - image: the image they belong to.
    init(_ mask: any ImageSource, name: String, details: LabelDetails? = nil, of image: ImageDescription) throws {
        var labels = try UsageError.saying { try AlignedLabels(mask, of: image, name: name) }
        labels.details =
            try details ?? LabelDetails(colors: (LabelCensus.values(of: labels) ?? []).map(LabelColor.standard))
        labels.details.source = LabelDetails.ownImage
        self.name = name
        source = labels
    }

    init(name: String, source: any ImageSource) {
        self.name = name
        self.source = source
    }

    /// The masks of the command line, which have the extent of the whole image or that of the part that is taken.
    static func open(
        _ arguments: [LabelArgument], of whole: ImageDescription, _ selection: SelectionOptions, part: ImageDescription
    ) throws -> [NamedLabels] {
        var names = Set<String>()
        return try arguments.map { argument in
            guard names.insert(argument.name).inserted else {
                throw UsageError(
                    "two --labels are called \(argument.name): add a name, as in --labels \(argument.path):cells")
            }
            let mask = try argument.image()
            let own = mask.description
            let fitsPart = ["y", "x"].allSatisfy { name in
                own.axis(name).map { own.shape[$0] } == part.axis(name).map { part.shape[$0] }
            }
            if fitsPart { return try NamedLabels(mask, name: argument.name, of: part) }
            let labels = try NamedLabels(mask, name: argument.name, of: whole)
            return NamedLabels(
                name: labels.name, source: try selection.part(ofLabels: labels.source, of: whole))
        }
    }

    /// The labels an OME-Zarr has already.
    ///
    /// - Parameter skipping: told of those that cannot be taken along, and why.
    static func existing(
        of image: OMEZarrImage, _ selection: SelectionOptions, whole: ImageDescription, skipping: (String) -> Void
    ) -> [NamedLabels] {
        let place = image.key == .root ? "the input" : "image \(image.key)"
        do {
            return try image.labelPaths().compactMap { path in
                do {
                    let labels = try OMEZarrImage.open(
                        image.store, image.key.appending("labels").appending(trimmed: path))
                    let details = labels.description.labelDetails
                    let name = path.split(separator: "/").joined(separator: "_")
                    let aligned = try NamedLabels(labels, name: name, details: details, of: whole)
                    return NamedLabels(
                        name: name, source: try selection.part(ofLabels: aligned.source, of: whole))
                } catch {
                    skipping("the labels \(path) of \(place) are not converted: \(error)")
                    return nil
                }
            }
        } catch {
            skipping("labels of \(place) are not converted, and their list is damaged: \(error)")
            return []
        }
    }
}
