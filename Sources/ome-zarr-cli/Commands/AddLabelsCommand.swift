import ArgumentParser
import OMEZarr
import Pyramid
import Zarr

/// `ome-zarr add-labels`: a mask becomes labels of an image that exists.
struct AddLabelsCommand: ParsableCommand, PrintsJSON {
    static let configuration = CommandConfiguration(
        commandName: "add-labels",
        abstract: "Stores a mask as labels of an OME-Zarr image.",
        discussion: """
            The labels get as many levels as the image, reduced by the same factors but by the mode, and lie where the image \
            lies. Nothing of the image is touched; the labels appear whole or not at all, and are listed last. Chunks are those \
            of the image.

            Examples:
              ome-zarr add-labels cells.ome.zarr cells_mask.tif:cells
              ome-zarr add-labels collection.ome.zarr/0 nuclei.tif --overwrite
            """)

    @Argument(
        help: "The folder of an OME-Zarr image, also one within a collection or a plate.",
        transform: PathArgument.nonempty)
    var path: String

    @Argument(help: ArgumentHelp("The mask, and what the labels are called.", valueName: "mask.tif[:name]"))
    var mask: LabelArgument

    @Option(help: "What the labels are called, instead.")
    var name: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Which image of a collection, counted from 0.", valueName: "number"))
    var series: Int?

    @Option(help: ArgumentHelp("Compression, as of convert.", valueName: "codec"))
    var codec = CodecArgument(.blosc(compressor: "zstd", level: 3))

    @OptionGroup var effort: EffortOptions

    @Flag(help: "Replace labels of the same name.")
    var overwrite = false

    @Flag(help: "Print one JSON object a line: the progress, the result.")
    var json = false

    @Flag(help: "Print nothing but errors and what --json asks for.")
    var quiet = false

    func validate() throws {
        guard let name, !LabelArgument.isName(name) else { return }
        throw ValidationError(
            "\"\(name)\" is no name for labels: use letters, digits, \"-\", \"_\" and \".\", and not zarr.json")
    }

    func run() throws {
        let folder = try ImageFolder(path, series: series)
        let version = try folder.version(), manifest = try OutputManifest(of: folder.store)
        guard !folder.image.description.isLabels else {
            throw Refusal("\(path) is a label image itself: name the image it belongs to")
        }
        let name = name ?? mask.name
        let group = try LabelGroup(ofImage: folder.image.key, version: version)
        try LabelArgument.refuse(name, besides: group.names(in: folder.store))
        let place = try LabelPlace(folder.store, group, name: name)
        guard try overwrite || !place.isTaken() else {
            throw Refusal("\(path) has labels called \(name): add --overwrite to replace them, or choose another name")
        }
        let labels = try NamedLabels(mask.image(), name: name, of: folder.image.description)
        let plan = try PyramidPlan(of: labels.source, options(for: labels, of: folder.image, version))
        Interruption.listen()
        try OpenFileLimit.raise()
        let total = plan.levels[0].shape.saturatingProduct(times: plan.image.type.size)
        var display = ConversionDisplay(total: total, json: json, quiet: quiet)
        let key = try place.prepare()
        do {
            let conversion = Conversion(
                labels.source, plan, into: folder.store, at: key, generator: ConvertCommand.generator)
            let progress = ConversionProgress()
            let result = try Background.run({ try conversion.run(progress: progress) }) {
                if Interruption.isRequested { progress.cancel() }
                display.update(progress)
            }
            display.finished(result)
            try place.publish(manifest)
        } catch {
            display.clear()
            place.abandon()
            throw error
        }
        display.done("\(path)/labels/\(name)", labels.isColored ? [] : [NamedLabels.uncolored(name)])
    }

    private func options(
        for labels: NamedLabels, of image: OMEZarrImage, _ version: OMEZarrVersion
    ) throws -> PyramidOptions {
        let array = image.levels[0].metadata
        var options = PyramidOptions(
            compression: codec.specs(for: labels.source.description.type), memory: effort.memoryBytes,
            threads: effort.threadCount)
        options.version = version
        options.chunkShape = array.innerChunkShape
        options.sharding = array.innerChunkShape == array.chunkShape ? .none : .automatic
        options.steps = try LevelGeometry.steps(of: image.description)
        return options
    }
}
