import Zarr

/// Where an image lies in a plate, or among the images of one item.
struct Membership: Sendable {
    /// A field of a well.
    struct Field: Sendable {
        let row, column: String
        /// Its number in the well, from 0.
        let number: Int
        /// The id of the run that took it; nil where the plate names none.
        let acquisition: Int?
    }

    /// What addresses call the collection.
    let id: String
    /// What people call it.
    let name: String
    /// The number among all images.
    let index: Int
    /// Nil where the collection is no plate.
    let field: Field?

    /// As the API says it.
    var report: JSONValue {
        var report: JSONValue = [
            "id": .string(id), "kind": .string(field == nil ? "series" : "plate"), "name": .string(name),
            "index": JSONValue(index),
        ]
        if let field {
            report["well"] = .string("\(field.row)/\(field.column)")
            report["row"] = .string(field.row)
            report["column"] = .string(field.column)
            report["field"] = JSONValue(field.number)
            if let acquisition = field.acquisition { report["acquisition"] = JSONValue(acquisition) }
        }
        return report
    }
}
