/// The parameters behind the "?" of a request, by name; of a name given twice the first counts.
///
/// - Source: WHATWG URL, "application/x-www-form-urlencoded": "+" is a space.
package struct RequestQuery: Sendable {
    private var values = [String: String]()
    /// As it stands in the request.
    let text: String

    /// More parameters than anything here takes.
    private static let limit = 256

    /// - Throws: ``ServiceError`` with status 400 where it is no text, or has too many parameters.
    package init(_ text: String?) throws {
        self.text = text ?? ""
        for (number, part) in self.text.utf8.split(separator: UInt8(ascii: "&")).enumerated() {
            guard number < Self.limit else {
                throw ServiceError(.badRequest, "query", "the query has more than \(Self.limit) parameters")
            }
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(sides[0])
            if values[name] == nil { values[name] = sides.count > 1 ? try Self.decoded(sides[1]) : "" }
        }
    }

    /// The value of a parameter; nil where it is not given.
    subscript(_ name: String) -> String? { values[name] }

    /// The value of a parameter that is a whole number.
    ///
    /// - Throws: ``ServiceError`` with status 400 where it is none.
    func int(_ name: String) throws -> Int? {
        guard let text = values[name], !text.isEmpty else { return nil }
        guard let value = Int(text) else {
            throw ServiceError(.badRequest, "parameter", "\(name)=\(text) is not a whole number")
        }
        return value
    }

    /// The value of a parameter that is a finite number.
    ///
    /// - Throws: ``ServiceError`` with status 400 where it is none.
    func double(_ name: String) throws -> Double? {
        guard let text = values[name], !text.isEmpty else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw ServiceError(.badRequest, "parameter", "\(name)=\(text) is not a number")
        }
        return value
    }

    /// True where a parameter is given as `1`, `true` or without a value.
    func flag(_ name: String) -> Bool { ["", "1", "true", "yes"].contains(values[name] ?? "0") }

    private static func decoded(_ part: Substring.UTF8View) throws -> String {
        let spaced = part.lazy.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        guard let bytes = Percent.decoded(spaced), let text = String(validating: bytes, as: UTF8.self) else {
            throw ServiceError(.badRequest, "query", "the query is not UTF-8 in percent-encoding")
        }
        return text
    }
}
