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
    ///
    /// - Parameter channel: of which channel, where it is a parameter of channels.
    subscript(_ name: RequestParameter, channel: Int? = nil) -> String? { values[name.name(channel)] }

    /// What a parameter says that has the name of an axis.
    subscript(axis name: String) -> String? { values[name] }

    /// The value of a parameter that is a whole number.
    ///
    /// - Throws: ``ServiceError`` with status 400 where it is none.
    func int(_ name: RequestParameter) throws -> Int? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let value = Int(text) else {
            throw ServiceError.wrong(name.rawValue, text, "use a whole number")
        }
        return value
    }

    /// The value of a parameter that is a finite number.
    ///
    /// - Throws: ``ServiceError`` with status 400 where it is none.
    func double(_ name: RequestParameter, channel: Int? = nil) throws -> Double? {
        guard let text = self[name, channel], !text.isEmpty else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw ServiceError.wrong(name.name(channel), text, "use a number")
        }
        return value
    }

    /// The value of a parameter that is on or off; on where it has no value.
    ///
    /// - Parameter otherwise: where it is not given.
    /// - Throws: ``ServiceError`` with status 400 where it is neither.
    func flag(_ name: RequestParameter, channel: Int? = nil, otherwise: Bool = false) throws -> Bool {
        switch self[name, channel] {
        case nil: otherwise
        case "", "1", "true", "yes": true
        case "0", "false", "no": false
        case let text?: throw ServiceError.wrong(name.name(channel), text, "use 1 or 0")
        }
    }

    private static func decoded(_ part: Substring.UTF8View) throws -> String {
        let spaced = part.lazy.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        guard let bytes = Percent.decoded(spaced), let text = String(validating: bytes, as: UTF8.self) else {
            throw ServiceError(.badRequest, "query", "the query is not UTF-8 in percent-encoding")
        }
        return text
    }
}
