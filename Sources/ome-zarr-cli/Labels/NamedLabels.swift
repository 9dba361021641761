import OMEZarr
import TiffIngest
import Zarr

/// Labels of an image that is going to be written: what they are called, and their pixels with the image's axes.
struct NamedLabels {
    let name: String
    let source: any ImageSource
    /// The labels as they lie in an OME-Zarr; nil where they come from elsewhere.
    private(set) var stored: OMEZarrImage?

    /// Labels of a whole image.
    ///
    /// - Parameters:
    ///   - mask: the pixels.
    ///   - details: colours and properties where they are known; nil: each value gets its own colour.
    ///   - image: the image they belong to.
    init(_ mask: any ImageSource, name: String, details: LabelDetails? = nil, of image: ImageDescription) throws {
        var labels = try UsageError.saying { try AlignedLabels(mask, of: image, name: name) }
        labels.details =
            try details ?? LabelDetails(colors: Self.colors(of: labels))
        labels.details.source = LabelDetails.ownImage
        self.name = name
        source = labels
    }

    /// Whether values have colours.
    var isColored: Bool { !source.description.labelDetails.colors.isEmpty }

    /// A colour for each value of labels; none where there are too many values or pixels.
    static func colors(of labels: any ImageSource) throws -> [LabelColor] {
        (try LabelCensus.values(of: labels) ?? []).map(LabelColor.standard)
    }

    /// Why labels get no colours, for people.
    static func uncolored(_ name: String) -> String {
        "\(name) has more than \(LabelCensus.valueLimit) values or too many pixels to look for them, and gets no colours: "
            + "viewers choose their own, and 'ome-zarr validate' speaks of the recommendation (rule 55)"
    }

    /// The same part of labels as is taken of their image.
    ///
    /// - Parameters:
    ///   - whole: the image the mask fits.
    ///   - part: what is taken of it.
    init(
        _ mask: any ImageSource, name: String, details: LabelDetails? = nil, of whole: ImageDescription,
        _ selection: SelectionOptions, part: ImageDescription
    ) throws {
        try self.init(mask, name: name, details: details, of: whole)
        guard !selection.isEmpty else { return }
        let cut = try selection.part(ofLabels: mask, of: whole)
        try self.init(cut, name: name, details: source.description.labelDetails, of: part)
    }

    /// The masks of the command line, which have the extent of the whole image or that of the part that is taken.
    static func open(
        _ arguments: [LabelArgument], of whole: ImageDescription, _ selection: SelectionOptions, part: ImageDescription
    ) throws -> [NamedLabels] {
        var names = Set<String>()
        return try arguments.map { argument in
            guard names.insert(argument.name.lowercased()).inserted else {
                throw UsageError(
                    "two --labels are called \(argument.name), whatever the case: add a name, as in --labels "
                        + "\(argument.path):cells")
            }
            let mask = try argument.image(), own = mask.description
            let fitsPart = ["y", "x"].allSatisfy { name in
                own.axis(name).map { own.shape[$0] } == part.axis(name).map { part.shape[$0] }
            }
            if fitsPart && part.shape != whole.shape {
                if let labels = try? NamedLabels(mask, name: argument.name, of: part) { return labels }
            }
            return try NamedLabels(mask, name: argument.name, of: whole, selection, part: part)
        }
    }

    /// The labels an OME-Zarr has already.
    ///
    /// - Parameter skipping: told of those that cannot be taken along, and why.
    static func existing(
        of image: OMEZarrImage, whole: ImageDescription, _ selection: SelectionOptions, part: ImageDescription,
        skipping: (String) -> Void
    ) -> [NamedLabels] {
        let place = image.key == .root ? "the input" : "image \(image.key)"
        do {
            let group = try image.key.appending("labels")
            var names = Set<String>()
            return try image.labelPaths().compactMap { path in
                do {
                    let name = path.split(separator: "/").joined(separator: "_")
                    guard !LabelArgument.isReserved(name) else {
                        throw Refusal("Zarr keeps the name for its own documents: rename them in the input")
                    }
                    guard names.insert(name.lowercased()).inserted else {
                        throw Refusal("others have the same name but for the case: rename one of them in the input")
                    }
                    let labels = try OMEZarrImage.open(image.store, group.appending(trimmed: path))
                    var named = try NamedLabels(
                        labels, name: name, details: labels.description.labelDetails, of: whole, selection, part: part)
                    named.stored = labels
                    return named
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
