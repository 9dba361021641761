import Zarr

/// Matrices and vector fields that transformations keep in arrays.
///
/// - Source: OME-Zarr 0.6, "affine", "rotation", "coordinates and displacements".
extension StoreRules {
    /// Notes which of them are missing.
    mutating func checkStoredParameters(_ list: JSONValue?, _ group: OMEGroup, _ pointer: String) throws {
        for (index, transformation) in CoordinateTransformation.list(list).enumerated() {
            let pointer = "\(pointer)/coordinateTransformations/\(index)"
            for (path, type) in transformation.storedPaths { try checkStored(path, type, group, pointer) }
        }
    }

    private mutating func checkStored(_ path: String, _ type: String, _ group: OMEGroup, _ pointer: String) throws {
        let store = store, isField = type == "displacements" || type == "coordinates"
        let rule = isField ? 45 : type == "affine" ? 42 : 43
        guard let key = try child(group.key, path, pointer, rule), isNew(key),
            let read = try attempt(group.key, pointer, rule, "the \(type) at \(key)", { try ZarrNode.read(store, key) })
        else { return }
        guard let node = read, isField || node.kind == .array else {
            return note(
                .error, group.key, pointer, rule, "the \(type) is missing: there is nothing of the kind at \(key)",
                fix: "write it, or correct the path")
        }
        guard node.kind == .array,
            let array = try attempt(
                group.key, pointer, rule, "the \(type) at \(key)", { try ZarrArray.open(store, key) })
        else { return }
        let shape = array.metadata.shape
        if !isField, shape.count != 2 || type == "rotation" && shape[0] != shape[1] {
            note(
                .error, group.key, pointer, rule, "the \(type) at \(key) has the shape \(shape)",
                fix: "store a matrix: a row for each output axis")
        }
    }
}

extension CoordinateTransformation {
    /// What this transformation and those inside it keep elsewhere: path and type.
    fileprivate var storedPaths: [(path: String, type: String)] {
        switch kind {
        case .stored(let type, let path): [(path, type)]
        case .displacements(let field): [(field.path, "displacements")]
        case .coordinates(let field): [(field.path, "coordinates")]
        case .sequence(let list): list.flatMap(\.storedPaths)
        case .byDimension(let parts): parts.flatMap(\.transformation.storedPaths)
        case .bijection(let forward, let inverse): forward.storedPaths + inverse.storedPaths
        case .identity, .scale, .translation, .mapAxis, .projectAxis, .affine, .rotation, .unknown: []
        }
    }
}
