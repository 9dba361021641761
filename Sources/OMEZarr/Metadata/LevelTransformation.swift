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

    /// The transformations of a list, one after the other; nil where one is more than scale and translation.
    ///
    /// - Parameter place: what the list belongs to, for messages.
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where a scale or translation has not one number for each axis.
    init?(_ list: [CoordinateTransformation], rank: Int, place: String) throws {
        self.init(rank: rank)
        guard try apply(list, place) else { return nil }
    }

    /// Applies a transformation that scales and moves after this one.
    mutating func append(_ next: LevelTransformation) {
        for axis in scale.indices {
            scale[axis] *= next.scale[axis]
            translation[axis] = translation[axis] * next.scale[axis] + next.translation[axis]
        }
    }

    private mutating func apply(_ list: [CoordinateTransformation], _ place: String) throws -> Bool {
        for transformation in list {
            var next = LevelTransformation(rank: scale.count)
            switch transformation.kind {
            case .identity: continue
            case .scale(let factors): next.scale = try vector(factors, "scale", place)
            case .translation(let offsets): next.translation = try vector(offsets, "translation", place)
            case .sequence(let list):
                guard try apply(list, place) else { return false }
                continue
            default: return false
            }
            append(next)
        }
        return true
    }

    private func vector(_ values: [Double], _ name: String, _ place: String) throws -> [Double] {
        guard values.count == scale.count else {
            throw OMEZarrError(
                .corrupt,
                "cannot place \(place): its \(name) must be \(scale.count) numbers, one for each axis, got \(values.count)"
            )
        }
        return values
    }
}
