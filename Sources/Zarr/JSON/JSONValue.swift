/// A JSON document, faithful to what was written: the order of members and the text of numbers are kept.
///
/// - Source: RFC 8259.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// A number; NaN and the infinities become the strings "NaN", "Infinity" and "-Infinity", as Zarr writes them.
    public init(_ value: Double) {
        if let number = JSONNumber(value) {
            self = .number(number)
        } else {
            self = .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
    }

    /// A number without a fraction.
    public init(_ value: some BinaryInteger) { self = .number(JSONNumber(value)) }

    /// An array of numbers without fractions.
    public init(_ values: [Int]) { self = .array(values.map { JSONValue($0) }) }

    /// True for `null`.
    public var isNull: Bool { self == .null }

    /// The value of `true` or `false`; nil for anything else.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number; nil for anything else.
    public var number: JSONNumber? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// A number written without fraction or exponent that fits; nil for anything else.
    public var int: Int? { number?.integer() }

    /// A number as the nearest double; nil for anything else.
    public var double: Double? { number?.double }

    /// The string; nil for anything else.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The elements; nil for anything else.
    public var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members; nil for anything else.
    public var object: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// An array of integers; nil for anything else.
    public var ints: [Int]? {
        guard let array else { return nil }
        let values = array.compactMap(\.int)
        return values.count == array.count ? values : nil
    }

    /// A member of an object. Reading gives nil for anything but an object; setting turns anything else into one.
    public subscript(_ key: String) -> JSONValue? {
        get { object?[key] }
        set {
            var members = object ?? JSONObject()
            members[key] = newValue
            self = .object(members)
        }
    }

    /// An element of an array; nil outside of it and for anything but an array.
    public subscript(_ index: Int) -> JSONValue? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number without a fraction.
    public init(integerLiteral value: Int) { self.init(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self.init(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object whose members keep this order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var members = JSONObject()
        for (key, value) in elements { members[key] = value }
        self = .object(members)
    }
}
