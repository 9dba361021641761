import OMEZarr
import Pyramid
import Zarr

/// One image to be written: where its pixels come from, where they go, and how.
struct ConversionJob {
    let source: any ImageSource
    let plan: PyramidPlan
    /// The group the image becomes.
    let key: StoreKey
    /// What it is called in reports; nil: as the image.
    let title: String?
    /// The labels that are complete when this image's turn comes, and that it lists.
    let labels: [String]
    /// Whether it is one of the images the layout counts, and not labels of one.
    let isImage: Bool
    /// What its group says besides.
    let attributes: JSONObject

    /// Whether the plan of another job says the same of its image, as those of most fields of a plate do.
    func isPlanned(like other: ConversionJob) -> Bool {
        let a = plan, b = other.plan
        return a.levels == b.levels && a.image.axes == b.image.axes && a.image.type == b.image.type
            && a.method == b.method && a.memory == b.memory
    }
}

/// Plans everything a conversion writes, in the order in which it is written: of each image its labels first, so that
/// nothing looks whole that is not.
struct ConversionJobs {
    let options: ConvertOptions
    let keep: KeepOptions
    let selection: SelectionOptions
    let changes: ChangeOptions
    let masks: [LabelArgument]
    /// What the input is called, which may say what its values are.
    let fileName: String
    /// What images are called that have no name.
    let name: String?

    /// - Parameter warn: told what is not converted and why.
    func plan(_ input: ConversionInput, warn: (String) -> Void) throws -> [ConversionJob] {
        let count = input.items.count, keys = try input.layout.keys(count: count)
        guard masks.isEmpty || count == 1 else {
            if input.isPlate {
                throw UsageError(
                    "--labels belong to one image, but the plate has \(count): convert the plate without them, then give "
                        + "each field its own, as in 'ome-zarr add-labels plate.ome.zarr/\(keys[0]) mask.tif'")
            }
            throw UsageError("--labels belong to one image, but the input has \(count): choose one with --series")
        }
        guard changes.name == nil || count == 1 || input.isPlate else {
            throw UsageError("--name names one image, but the input has \(count): choose one with --series")
        }
        return try input.items.indices.flatMap { number -> [ConversionJob] in
            try jobs(of: input.items[number], number, of: count, at: keys[number], input.isPlate, warn)
        }
    }

    private func jobs(
        of item: ConversionInput.Item, _ number: Int, of count: Int, at key: StoreKey, _ isField: Bool,
        _ warn: (String) -> Void
    ) throws -> [ConversionJob] {
        var changes = changes
        // The name is that of the plate.
        if isField { changes.name = nil }
        let whole = try changes.applied(to: item.image)
        let image = try selection.part(of: whole)
        try keep.check(item.image)
        // Whoever keeps the levels knows what the values are.
        var options =
            keep.keepsLevels
            ? options.pyramid(for: image.description.type) : options.pyramid(of: image, fileName: fileName)
        options = keep.applied(to: options, of: item.image, part: image.description, warn)
        // What the source has no name for is called after where it goes.
        options.name = name.map { isField ? key.path : count == 1 ? $0 : "\($0) \(number)" }
        let plan = try plan(of: image, options, warn)
        var labels = try NamedLabels.open(masks, of: whole.description, selection, part: image.description)
        for label in labels where !label.isColored { warn(NamedLabels.uncolored(label.name)) }
        if let existing = item.image as? OMEZarrImage {
            let old = NamedLabels.existing(
                of: existing, whole: whole.description, selection, part: image.description, skipping: warn)
            for label in labels { try LabelArgument.refuse(label.name, besides: old.map(\.name)) }
            labels = old.filter { old in !labels.contains { $0.name == old.name } } + labels
            try keep.require(labels, of: existing)
        }
        let group = try LabelGroup(ofImage: key, version: plan.version)
        let label = try labels.map { label in
            ConversionJob(
                source: label.source,
                plan: try PyramidPlan(
                    of: label.source,
                    keep.applied(
                        to: self.options.labels(following: plan, label), of: label.stored, on: plan.image, warn)),
                key: try group.key(of: label.name), title: "\(key == .root ? "" : key.path + "/")labels/\(label.name)",
                labels: [], isImage: false,
                attributes: label.stored.map { keep.attributes(of: $0, choosesPlanes: false, warn) } ?? [:])
        }
        let title = item.origin.map { "\(key) from \($0)" }
        return label + [
            ConversionJob(
                source: image, plan: plan, key: key, title: title, labels: labels.map(\.name), isImage: true,
                attributes: keep.attributes(of: item.image, choosesPlanes: selection.choosesPlanes, warn))
        ]
    }

    /// The plan of an image; one of labels gets colours, whose values must be looked for.
    private func plan(
        of image: any ImageSource, _ options: PyramidOptions, _ warn: (String) -> Void
    ) throws -> PyramidPlan {
        let plan = try PyramidPlan(of: image, options)
        guard plan.image.isLabels, plan.image.labelDetails.colors.isEmpty else { return plan }
        var options = options
        // What cannot be read will be met by the conversion, which says what is wrong.
        options.labelColors = (try? NamedLabels.colors(of: image)) ?? []
        if options.labelColors.isEmpty { warn(NamedLabels.uncolored(plan.image.name ?? fileName)) }
        return try PyramidPlan(of: image, options)
    }
}

extension ConvertOptions {
    /// The options of labels whose levels follow those of their image.
    fileprivate func labels(following plan: PyramidPlan, _ labels: NamedLabels) -> PyramidOptions {
        var options = pyramid(for: labels.source.description.type)
        (options.method, options.factors) = (nil, [])
        options.steps = plan.steps
        return options
    }
}
