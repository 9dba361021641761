import OMEZarr
import Pyramid
import TiffIngest
import Zarr

/// The levels an export makes for images that have none, or some that an OME-TIFF cannot have: they lie in a folder beside
/// the output until it is written.
struct ExportLevels: Sendable {
    /// The images with all levels they will have in the file.
    let images: [any ImageSource]
    /// What is made anew or left out and why, one sentence each.
    let warnings: [String]

    private let missing: [ScratchLevels]
    private let folder: String

    /// Plans the levels; nothing is written.
    ///
    /// - Parameters:
    ///   - input: its name may say that its values are labels.
    ///   - output: the file the levels are for.
    init(of images: [any ImageSource], from input: String, for output: String, _ asked: ExportOptions) throws {
        folder = ExportRemains.levels(of: output)
        var complete: [any ImageSource] = [], missing: [ScratchLevels] = [], warnings: [String] = []
        for (number, image) in images.enumerated() {
            let kept = try OMETiffExport.usableLevels(of: image.description), count = image.description.levels.count
            guard kept < count || count == 1, Self.isLarge(image.description, level: kept - 1) else {
                complete.append(image)
                continue
            }
            do {
                let levels = try ScratchLevels(
                    of: image, keeping: kept, Self.options(image, input, asked), in: folder,
                    at: StoreKey(String(number)))
                complete.append(levels.image)
                missing.append(levels)
                warnings += levels.plan.doubts
                if kept < count {
                    warnings.append(
                        "levels \(kept) to \(count - 1) are made anew: an OME-TIFF has levels that are smaller only across "
                            + "and down, by whole factors")
                }
            } catch var error as PyramidError where error.code == .needsMoreMemory {
                error.message = "levels are missing: \(error.message); --no-pyramid leaves them out"
                throw error
            } catch let error as PyramidError where error.code == .unsupportedImage {
                complete.append(image)
                warnings.append("no levels are made: \(error)")
            }
        }
        self.images = complete
        self.missing = missing
        self.warnings = warnings
    }

    /// Bytes of the pixels that are read to make them; 0 where there is nothing to make.
    var pixelBytes: Int { missing.reduce(0) { $0.saturatingAdding($1.plan.pixelBytes(level: 0)) } }

    /// Makes the levels.
    func make(_ progress: ConversionProgress) throws {
        // A process of the same number may have been killed here.
        remove()
        for levels in missing { try levels.make(progress: progress) }
    }

    /// Removes the folder.
    func remove() {
        guard !missing.isEmpty, let store = try? DirectoryStore(path: folder, create: false) else { return }
        // What cannot be removed is said nowhere: the output is whole, or its own error is the one to read.
        try? store.remove(.root)
    }

    private static let minSize = 256

    /// Whether a level is too large to be the coarsest.
    private static func isLarge(_ image: ImageDescription, level: Int) -> Bool {
        ["y", "x"].contains { name in image.axis(name).map { image.levels[level].shape[$0] > minSize } ?? false }
    }

    /// Every step halves y and x, by the mean, or the mode of labels. Fast to write, and half as large as the pixels.
    private static func options(_ image: any ImageSource, _ input: String, _ asked: ExportOptions) -> PyramidOptions {
        let description = image.description
        var options = PyramidOptions(
            compression: CodecArgument(.blosc(compressor: "lz4", level: 1)).specs(for: description.type),
            memory: asked.effort.memoryBytes, threads: asked.effort.threadCount)
        options.content = asked.kind.content(of: image, fileName: FilePlace.name(of: input))
        options.minSize = minSize
        options.factors = [description.axes.map { ["y", "x"].contains($0.name) ? 2 : 1 }]
        return options
    }
}
