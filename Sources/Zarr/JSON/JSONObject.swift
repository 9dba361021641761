/// The members of a JSON object, in the order they were written.
///
/// Setting a member that exists keeps its place; a new one goes to the end. Looking one up costs O(1).
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
    /// The names in order, each once.
    public private(set) var keys: [String]
    private var values: [String: JSONValue]

    /// No members.
    public init() {
        keys = []
        values = [:]
    }

    /// Members in the order given; of two with one name the last counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }

    /// Number of members.
    public var count: Int { keys.count }

    /// True where there are no members.
    public var isEmpty: Bool { keys.isEmpty }

    /// A member's value; nil where there is none. Setting nil removes the member.
    public subscript(_ key: String) -> JSONValue? {
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                keys.removeAll { $0 == key }
            }
        }
    }

    /// The members in order.
    public func makeIterator() -> AnyIterator<(key: String, value: JSONValue)> {
        var names = keys.makeIterator()
        return AnyIterator {
            guard let name = names.next(), let value = values[name] else { return nil }
            return (name, value)
        }
    }
}
