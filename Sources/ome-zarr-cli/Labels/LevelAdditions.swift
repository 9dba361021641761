import OMEZarr
import Pyramid
import Zarr

/// The levels an image and its labels get, in the order in which they are written: labels first, so that an image never
/// lists levels its labels have not.
struct LevelAdditions {
    /// Levels of one image.
    struct Addition: Sendable {
        let title: String
        let levels: LevelExtension
        fileprivate let image: OMEZarrImage

        /// The arrays and the document that are new in the store.
        func changed() throws -> [StoreKey] {
            let document = image.levels[0].metadata.format == .v2 ? ".zattrs" : "zarr.json"
            return try (levels.paths + [document]).map { try image.key.appending($0) }
        }
    }

    /// Of the labels, then of the image.
    let all: [Addition]

    /// Those that have levels to write.
    var missing: [Addition] { all.filter { !$0.levels.paths.isEmpty } }

    /// - Parameter options: how levels of a type of pixels are made.
    init(to image: OMEZarrImage, titled title: String, _ options: (PixelType) -> PyramidOptions) throws {
        let own = try LevelExtension(of: image, options(image.description.type))
        let labels = try zip(image.labelPaths(), image.labels()).map { path, labels in
            var options = options(labels.description.type)
            // Many programs stride labels; what is neither of the two blends them and is not gone on with.
            options.method = labels.method == .nearest ? .nearest : .mode
            options.steps = own.plan.steps.map { step in
                labels.description.axes.map { axis in image.description.axis(axis.name).map { step[$0] } ?? 1 }
            }
            return Addition(
                title: "\(title)/labels/\(path)", levels: try LevelExtension(of: labels, options), image: labels)
        }
        all = labels + [Addition(title: title, levels: own, image: image)]
    }
}
