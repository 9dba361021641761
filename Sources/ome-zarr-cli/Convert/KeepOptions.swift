import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// What of a Zarr that is converted stays as it is, and what its axes are.
struct KeepOptions: ParsableArguments {
    /// Something of a Zarr that its conversion can have, too.
    enum Part: String, CaseIterable, Sendable {
        case chunk, shard, codec, levels, attributes
    }

    /// Parts of a Zarr, with commas between them.
    struct Parts: ExpressibleByArgument, Sendable, Equatable {
        let parts: Set<Part>

        init(_ parts: Set<Part>) { self.parts = parts }

        init?(argument: String) {
            let names = argument.split(separator: ",", omittingEmptySubsequences: false)
            let parts = names.compactMap { Part(rawValue: String($0)) }
            guard parts.count == names.count else { return nil }
            self.parts = Set(parts)
        }

        /// The argument that means these parts.
        var argument: String { Part.allCases.filter(parts.contains).map(\.rawValue).joined(separator: ",") }
    }

    @Option(
        help: ArgumentHelp(
            "What of a Zarr that is the input stays as it is: \(Parts(Set(Part.allCases)).argument), with commas between "
                + "them. levels are how many there are, by which factors and how they are made.", valueName: "parts"))
    var keep: Parts?

    @Option(
        help: ArgumentHelp(
            "Names of the axes of a plain array of Zarr or N5, a letter each in the array's order, such as zyx or xyz. By default what the array says, else the last of tczyx.",
            valueName: "names"))
    var axes: AxesArgument?

    private func keeps(_ part: Part) -> Bool { keep?.parts.contains(part) ?? false }

    private var storage: Set<StoragePart> {
        var storage: Set<StoragePart> = []
        if keeps(.chunk) { storage.insert(.chunk) }
        if keeps(.shard) { storage.insert(.shard) }
        if keeps(.codec) { storage.insert(.codec) }
        return storage
    }

    /// True where how the levels are made is taken from the input.
    var keepsLevels: Bool { keeps(.levels) }

    /// True where nothing that belongs to an image may be left out.
    var keepsAttributes: Bool { keeps(.attributes) }

    /// Refuses inputs that have nothing of what is to be kept.
    ///
    /// - Throws: ``UsageError``.
    func check(_ image: any ImageSource) throws {
        guard keep != nil, !(image is any StoredImage) else { return }
        throw UsageError("--keep is for a Zarr that is converted: the input is none")
    }

    /// The options of a part of an image with what is kept of the image.
    ///
    /// - Parameters:
    ///   - part: what is converted, with the image's axes.
    ///   - warn: told what cannot be kept and why.
    func applied(
        to options: PyramidOptions, of image: any ImageSource, part: ImageDescription, _ warn: (String) -> Void
    ) -> PyramidOptions {
        guard let image = image as? any StoredImage else { return options }
        var options = options.keeping(storage, of: image.finest, axes: image.arrayAxes)
        if keeps(.codec), let loss = options.codecLoss(of: image.finest) { warn(loss) }
        guard keepsLevels else { return options }
        options.content = ImageContent(isLabels: part.isLabels, reason: "as the image says")
        options.method = part.isLabels ? .mode : image.method
        do {
            options.steps = try LevelGeometry.steps(of: image.description, for: part)
        } catch {
            warn("the levels are made as 'ome-zarr convert' makes them: \(error)")
        }
        return options
    }

    /// The options of labels that follow the levels of their image, with what is kept of how they are stored.
    ///
    /// - Parameters:
    ///   - image: which the labels belong to.
    ///   - warn: told what cannot be kept and why.
    func applied(
        to options: PyramidOptions, of labels: OMEZarrImage?, on image: ImageDescription, _ warn: (String) -> Void
    ) -> PyramidOptions {
        guard let labels else { return options }
        if keeps(.codec), let loss = options.codecLoss(of: labels.finest) { warn(loss) }
        return options.keeping(
            storage, of: labels.finest, axes: image.axes.map { labels.description.axis($0.name) })
    }

    /// Refuses to leave out labels of an image of which nothing may be left out.
    ///
    /// - Parameter labels: those that can be taken along.
    /// - Throws: ``Refusal`` that names the first that cannot.
    func require(_ labels: [NamedLabels], of image: OMEZarrImage) throws {
        guard keepsAttributes else { return }
        let taken = Set(labels.compactMap { $0.stored?.key }), group = try image.key.appending("labels")
        for path in try image.labelPaths() where try !taken.contains(group.appending(trimmed: path)) {
            throw Refusal(
                "the labels \(path) of \(image.key) cannot be cropped with their image, because their pixels are not in "
                    + "step with its own: crop them by themselves, or use 'ome-zarr convert' with the same options, which "
                    + "leaves them out")
        }
    }

    /// What the group of an image says besides, as far as it is true of a part of it.
    ///
    /// - Parameters:
    ///   - choosesPlanes: whether planes of the image may be missing in the part.
    ///   - warn: told what is not kept and why.
    func attributes(of image: any ImageSource, choosesPlanes: Bool, _ warn: (String) -> Void) -> JSONObject {
        guard keepsAttributes, let image = image as? any StoredImage else { return [:] }
        var attributes = image.furtherAttributes
        if choosesPlanes, attributes["ome-zarr"]?["source"]?["planes"] != nil {
            attributes["ome-zarr"]?["source"]?["planes"] = nil
            warn("times and positions of single planes are not kept, because planes were chosen")
        }
        return attributes
    }
}
