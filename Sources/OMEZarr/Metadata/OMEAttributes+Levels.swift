package import Zarr

/// A level that is added to an image.
package struct AddedLevel: Sendable, Hashable {
    /// Where the array lies, relative to the image's group.
    package var path: String
    /// Elements of the last level there was that became one of this level, on each axis.
    package var factors: [Double]
    /// Where the centre of its first element lies on each axis, in elements of that
    /// level from the centre of its first.
    package var offset: [Double]

    /// A level.
    package init(path: String, factors: [Double], offset: [Double]) {
        self.path = path
        self.factors = factors
        self.offset = offset
    }
}

extension OMEAttributes {
    /// The attributes of an image with coarser levels added to those of its first entry of `multiscales`. All other members
    /// stay.
    ///
    /// - Parameter type: how the levels were made; written where the image says nothing of it, or had no level that was made.
    /// - Throws: ``OMEZarrError`` with code `.unsupported` where the last level lies in space by more than scale and translation.
    package static func attributes(
        _ attributes: JSONValue, adding levels: [AddedLevel], type: String
    ) throws -> JSONValue {
        let ome = OMEAttributes(attributes)
        guard var entry = ome.multiscale, let known = entry["datasets"]?.array, let last = known.last,
            let rank = levels.first?.factors.count
        else {
            return attributes
        }
        let list = CoordinateTransformation.list(last["coordinateTransformations"])
        guard let base = try LevelTransformation(list, rank: rank, place: "level \(known.count - 1)") else {
            throw OMEZarrError(
                .unsupported,
                "level \(known.count - 1) is placed by more than scale and translation: where other levels lie is unknown"
            )
        }
        entry["datasets"] = .array(known + levels.map { dataset($0, base) })
        if entry["type"] == nil || known.count == 1 && entry["type"]?.string != type {
            entry["type"] = .string(type)
            // Which was that of means.
            entry["metadata"]?["rounding"] = nil
        }
        var members = ome.members
        members["multiscales"] = .array([entry] + (members["multiscales"]?.array ?? []).dropFirst())
        guard !ome.pointer.isEmpty else { return .object(members) }
        var all = attributes
        all["ome"] = .object(members)
        return all
    }

    private static func dataset(_ level: AddedLevel, _ base: LevelTransformation) -> JSONValue {
        var place = base
        for axis in place.scale.indices {
            place.scale[axis] *= level.factors[axis]
            place.translation[axis] += level.offset[axis] * base.scale[axis]
        }
        return ImageMetadata.Dataset(path: level.path, scale: place.scale, translation: place.translation).json
    }
}
