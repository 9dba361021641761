import Zarr

/// Scale and translation of one level, composed from lists of transformations.
///
/// - Source: OME-Zarr 0.4 and 0.5, "multiscales" metadata: those of a dataset apply first, then those of the
///   multiscale. 0.6, "coordinateTransformations": `sequence` nests such a list.
struct LevelTransformation: Hashable {
    var scale: [Double]
    var translation: [Double]

    /// The identity.
    init(rank: Int) {
        scale = [Double](repeating: 1, count: rank)
        translation = [Double](repeating: 0, count: rank)
    }

    /// Applies a list of transformations after those applied so far.
    ///
    /// - Parameter place: what the list belongs to, for messages.
    /// - Throws: ``OMEZarrError``, `.corrupt` where a transformation has the wrong length or no numbers, `.unsupported`
    ///   where it is neither identity, scale, translation nor a sequence of them.
    mutating func apply(_ list: JSONValue?, place: String, depth: Int = 0) throws {
        for transformation in list?.array ?? [] {
            switch transformation["type"]?.string {
            case "identity": continue
            case "scale":
                let factors = try vector(transformation, "scale", place)
                for axis in scale.indices {
                    scale[axis] *= factors[axis]
                    translation[axis] *= factors[axis]
                }
            case "translation":
                let offsets = try vector(transformation, "translation", place)
                for axis in scale.indices { translation[axis] += offsets[axis] }
            case "sequence" where depth < 8:
                try apply(transformation["transformations"], place: place, depth: depth + 1)
            case let type:
                throw OMEZarrError(
                    .unsupported,
                    "cannot place \(place): coordinate transformation \(type ?? "without a type") is not supported; scale, translation and identity are"
                )
            }
        }
    }

    private func vector(_ transformation: JSONValue, _ name: String, _ place: String) throws -> [Double] {
        if transformation[name] == nil, transformation["path"] != nil {
            throw OMEZarrError(
                .unsupported, "cannot place \(place): its \(name) is stored as an array; write it into the metadata")
        }
        let values = (transformation[name]?.array ?? []).compactMap(\.double).filter(\.isFinite)
        guard values.count == scale.count, values.count == transformation[name]?.array?.count else {
            throw OMEZarrError(
                .corrupt,
                "cannot place \(place): its \(name) must be \(scale.count) numbers, one for each axis, got \(transformation[name]?.description ?? "nothing")"
            )
        }
        return values
    }
}
