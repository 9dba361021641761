/// What zarr.json documents of arrays and groups have in common.
enum NodeDocument {
    /// Checks the format, the kind of node, the attributes, and that nothing has to be understood that is not known.
    ///
    /// - Parameter known: top-level members the caller reads.
    /// - Source: Zarr v3 core, "Array metadata" and "Group metadata".
    static func check(_ json: JSONValue, isArray: Bool, known: Set<String>) throws {
        guard let document = json.object else {
            throw ZarrError(.corrupt, "zarr.json must hold an object, not \(json.excerpt)")
        }
        guard document["zarr_format"]?.int == 3 else {
            throw ZarrError(
                .corrupt,
                "\"zarr_format\" in a zarr.json must be 3, not \(document["zarr_format"]?.excerpt ?? "missing")")
        }
        let wanted = isArray ? "array" : "group"
        guard document["node_type"]?.string == wanted else {
            throw ZarrError(
                .corrupt,
                "\"node_type\" is \(document["node_type"]?.excerpt ?? "missing") where \"\(wanted)\" is expected")
        }
        if let attributes = document["attributes"], attributes.object == nil {
            throw ZarrError(.corrupt, "\"attributes\" must be an object, not \(attributes.excerpt)")
        }
        for (name, value) in document where !known.contains(name) && value["must_understand"]?.bool != false {
            throw ZarrError(
                .unsupported,
                "zarr.json has a member \"\(name)\" that is unknown and not marked with \"must_understand\": false")
        }
    }
}
