import Zarr

/// Results for programs: one object a line, the first key says what the line is about.
enum JSONLines {
    /// Prints one object.
    ///
    /// - Parameters:
    ///   - tag: the value of its first key, `type`.
    ///   - members: the rest, in order; those that are nil are left out.
    static func print(_ tag: String, _ members: [(String, JSONValue?)]) {
        var object = JSONObject()
        object["type"] = .string(tag)
        for (key, value) in members {
            if let value { object[key] = value }
        }
        // JSON has its own escapes.
        Output.write(JSONValue.object(object).description + "\n", to: 1)
    }
}

extension JSONValue {
    /// An array of doubles.
    init(doubles: [Double]) { self = .array(doubles.map { JSONValue($0) }) }

    /// An array of strings.
    init(strings: [String]) { self = .array(strings.map { .string($0) }) }
}
