import Zarr

/// `scene`.
///
/// - Source: OME-Zarr 0.6, "scene" metadata.
extension MetadataRules {
    mutating func checkScene(_ members: JSONObject, _ pointer: String) {
        let pointer = pointer + "/scene"
        guard version == .v06 else {
            return error(pointer, 74, "there are no scenes before 0.6", fix: "write OME-Zarr 0.6", by: .text)
        }
        guard let scene = object(members["scene"], pointer, 74, "\"scene\"") else { return }
        var systems = [String: Int?]()
        if let value = scene["coordinateSystems"] {
            let inner = pointer + "/coordinateSystems"
            systems = checkCoordinateSystems(value, inner, ofImage: false)
            let entries = value.array ?? []
            if Set(entries.map(JSONKind.canonical)).count < entries.count {
                error(inner, 74, "the same coordinate system is listed twice", fix: "remove one")
            }
        }
        let inner = pointer + "/coordinateTransformations"
        let items = list(
            scene["coordinateTransformations"], inner, 74, "\"coordinateTransformations\"", unique: false)
        for (index, item) in (items ?? []).enumerated() {
            let pointer = "\(inner)/\(index)"
            let ends = checkEnds(item, pointer, 75, systems, isScene: true)
            checkTransformation(item, pointer, from: ends.first, to: ends.last, systems)
        }
    }
}
