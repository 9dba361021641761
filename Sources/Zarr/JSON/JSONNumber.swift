/// A JSON number as it was written: `1.0` stays `1.0`, and 18446744073709551615 stays exact.
///
/// Two numbers are equal where they are written alike.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
    /// The number's text, which RFC 8259 allows as a number.
    public let lexeme: String

    /// The text must have been checked against the grammar.
    init(unchecked lexeme: String) { self.lexeme = lexeme }

    /// A number without a fraction.
    public init(_ value: some BinaryInteger) { lexeme = String(value) }

    /// A number that always has a fraction or an exponent; nil for NaN and the infinities, which JSON cannot write.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        lexeme = value.description
    }

    /// True where the text has neither a fraction nor an exponent.
    public var isInteger: Bool { !lexeme.utf8.contains { $0 == 0x2E || $0 == 0x65 || $0 == 0x45 } }

    /// The value of a number written without a fraction or an exponent, where it fits.
    public func integer<Value: FixedWidthInteger>(as _: Value.Type = Value.self) -> Value? { Value(lexeme) }

    /// The value as the nearest double; infinite where it is too large for one.
    public var double: Double { Double(lexeme) ?? .nan }

    /// The number's text.
    public var description: String { lexeme }
}
