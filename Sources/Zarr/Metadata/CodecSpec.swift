/// One codec as metadata names it: what it is called and how it is configured.
///
/// - Source: Zarr v3 core, "codecs"; names of v2 codecs are mapped to those of v3 when read.
public struct CodecSpec: Sendable, Hashable {
    /// The registered name, such as `blosc`.
    public var name: String
    /// An object; empty where the codec needs no configuration.
    public var configuration: JSONValue

    /// A codec by its name, with its configuration object.
    public init(_ name: String, _ configuration: JSONValue = .object([:])) {
        self.name = name
        self.configuration = configuration
    }

    /// A codec from `{"name": …, "configuration": …}` or a plain name.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where it is neither.
    public init(json: JSONValue) throws {
        let named = try NamedConfiguration(json, what: "a codec")
        self.init(named.name, .object(named.configuration))
    }

    /// The object metadata holds; without `configuration` where that is empty, unless zarr-python insists on one.
    public var json: JSONValue {
        var members: JSONObject = ["name": .string(name)]
        if configuration != [:] || name.hasPrefix(V2Codec.prefix) { members["configuration"] = configuration }
        return .object(members)
    }

    /// A whole number of the configuration.
    ///
    /// - Parameter standard: what a missing number or null means; nil where there must be one.
    /// - Throws: ``ZarrError`` with code `.corrupt` where it is no integer or leaves its range.
    func integer(_ name: String, in range: ClosedRange<Int>, standard: Int? = nil) throws -> Int {
        let json = configuration[name] ?? .null
        if let standard, json.isNull { return standard }
        guard let value = json.int, range.contains(value) else {
            throw ZarrError(
                .corrupt,
                "the \"\(name)\" of \(self.name) must be an integer from \(range.lowerBound) to "
                    + "\(range.upperBound), not \(configuration[name]?.excerpt ?? "missing")")
        }
        return value
    }

    /// The codecs of a list.
    static func list(_ json: JSONValue?, what: String) throws -> [CodecSpec] {
        guard let array = json?.array else {
            throw ZarrError(.corrupt, "\(what) must be a list of codecs, not \(json.map(\.excerpt) ?? "missing")")
        }
        return try array.map { try CodecSpec(json: $0) }
    }
}

/// The form in which Zarr v3 names an extension: an object, or a plain name for one without configuration.
///
/// - Source: Zarr v3.1 core, "Extension definition".
struct NamedConfiguration {
    let name: String
    let configuration: JSONObject

    /// - Parameter what: for messages, such as "a codec".
    init(_ json: JSONValue?, what: String) throws {
        if let name = json?.string {
            self.name = name
            configuration = [:]
            return
        }
        guard let json, let name = json["name"]?.string else {
            throw ZarrError(
                .corrupt, "\(what) must be a name or an object with a \"name\", not \(json.map(\.excerpt) ?? "missing")"
            )
        }
        self.name = name
        switch json["configuration"] {
        case .object(let members)?: configuration = members
        case nil: configuration = [:]
        case let other?:
            throw ZarrError(.corrupt, "the configuration of \(what) \"\(name)\" is no object but \(other.excerpt)")
        }
    }
}

extension JSONValue {
    /// The beginning of the document on one line, for messages.
    var excerpt: String {
        let text = description
        return text.utf8.count <= 60 ? text : String(text.prefix(57)) + "..."
    }
}
