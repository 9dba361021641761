import Zarr

/// Walks the OME members of one group's attributes and notes what breaks the rules.
///
/// One extension for each kind of metadata says what its rules are; this file says how they are noted.
struct MetadataRules {
    let version: SpecificationVersion
    let key: StoreKey
    /// Where the findings go.
    var report: ValidationReport

    /// Notes a broken demand.
    mutating func error(
        _ pointer: String, _ rule: Int, _ message: String, fix: String, by authority: Finding.Authority = .schema
    ) {
        note(.error, authority, pointer, rule, message, fix)
    }

    /// Notes a broken recommendation.
    mutating func warning(
        _ pointer: String, _ rule: Int, _ message: String, fix: String, by authority: Finding.Authority = .schema
    ) {
        note(.warning, authority, pointer, rule, message, fix)
    }

    private mutating func note(
        _ severity: Finding.Severity, _ authority: Finding.Authority, _ pointer: String, _ rule: Int,
        _ message: String, _ remedy: String
    ) {
        report.add(
            Finding(
                severity: severity, authority: authority, key: key, pointer: pointer, rule: rule, message: message,
                remedy: remedy))
    }

    /// The members of an object; notes where it is something else.
    mutating func object(_ value: JSONValue?, _ pointer: String, _ rule: Int, _ name: String) -> JSONObject? {
        if let object = value?.object { return object }
        error(pointer, rule, "\(name) is \(JSONKind.of(value)), not an object", fix: "write \(name) as {…}")
        return nil
    }

    /// A string that must be there.
    mutating func string(_ value: JSONValue?, _ pointer: String, _ rule: Int, _ name: String) -> String? {
        if let string = value?.string { return string }
        error(pointer, rule, "\(name) is \(JSONKind.of(value)), not a string", fix: "write \(name) as \"…\"")
        return nil
    }

    /// A string that may be missing.
    mutating func optionalString(_ value: JSONValue?, _ pointer: String, _ rule: Int, _ name: String) {
        if value != nil { _ = string(value, pointer, rule, name) }
    }

    /// An integer no smaller than a bound. A number such as 1.0 counts, as in JSON Schema.
    mutating func integer(
        _ value: JSONValue?, _ pointer: String, _ rule: Int, _ name: String, from low: Double = -.infinity
    ) -> Int? {
        if let number = value?.double, number.isFinite, number == number.rounded(), number >= low {
            return value?.int ?? Int(exactly: number) ?? .max
        }
        let bound = low.isFinite ? " of at least \(Int(low))" : ""
        error(
            pointer, rule, "\(name) is \(JSONKind.of(value)), not an integer\(bound)",
            fix: "write \(name) as an integer\(bound)")
        return nil
    }

    /// An integer that may be missing.
    mutating func optionalInteger(
        _ value: JSONValue?, _ pointer: String, _ rule: Int, _ name: String, from low: Double = -.infinity
    ) {
        if value != nil { _ = integer(value, pointer, rule, name, from: low) }
    }

    /// A list with at least one element, none of them twice.
    mutating func list(
        _ value: JSONValue?, _ pointer: String, _ rule: Int, _ name: String, unique: Bool = true
    ) -> [JSONValue]? {
        guard let list = value?.array else {
            error(pointer, rule, "\(name) is \(JSONKind.of(value)), not a list", fix: "write \(name) as [ … ]")
            return nil
        }
        if list.isEmpty {
            error(
                pointer, rule, "\(name) is empty",
                fix: "list at least one entry, or leave \(name) out if it is optional")
        }
        if unique, Set(list.map(JSONKind.canonical)).count < list.count {
            error(pointer, rule, "\(name) has the same entry twice", fix: "remove the repeated entry of \(name)")
        }
        return list
    }

    /// The version the schemas demand, where there is one.
    mutating func checkVersion(_ value: JSONValue?, _ pointer: String, _ rule: Int, required: Bool) {
        guard let value else {
            let fix = "add \"version\": \"\(version.rawValue)\""
            if required {
                error(pointer, rule, "there is no version", fix: fix)
            } else {
                warning(pointer, rule, "there is no version", fix: fix)
            }
            return
        }
        if let text = value.string, version.isNamed(text) { return }
        error(
            pointer, rule, "the version is \(value), not \"\(version.rawValue)\"",
            fix: "write \"\(version.rawValue)\", or validate against the version meant")
    }
}

/// Names of kinds of JSON values, and their equality as JSON Schema has it.
enum JSONKind {
    /// What a value is, with an article or as itself, for messages.
    static func of(_ value: JSONValue?) -> String {
        switch value {
        case nil: "missing"
        case .null: "null"
        case .bool(let value): String(value)
        case .number(let number): String(number.lexeme.prefix(40))
        case .string(let text): "the string \"\(text.prefix(40))\""
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// A value two JSON values share exactly where JSON Schema calls them equal: numbers by value, members in any order.
    static func canonical(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .string: return value
        case .number(let number):
            if number.isInteger { return value }
            return Int64(exactly: number.double).map { JSONValue($0) } ?? JSONValue(number.double)
        case .array(let elements): return .array(elements.map(canonical))
        case .object(let members):
            var sorted = JSONObject()
            for (key, value) in members.sorted(by: { $0.key < $1.key }) { sorted[key] = canonical(value) }
            return .object(sorted)
        }
    }
}
