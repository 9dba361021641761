/// XML under construction: elements with attributes, indented by two spaces.
struct XMLText {
    private(set) var text = ""
    private let isASCII: Bool
    private var depth = 0

    /// - Parameter isASCII: whether other characters are written as references.
    init(isASCII: Bool = false) { self.isASCII = isASCII }

    mutating func raw(_ line: String) { text += line }

    mutating func open(_ name: String, _ attributes: [(String, String?)]) {
        tag(name, attributes, end: ">")
        depth += 1
    }

    mutating func leaf(_ name: String, _ attributes: [(String, String?)]) { tag(name, attributes, end: "/>") }

    mutating func close(_ name: String) {
        depth -= 1
        text += String(repeating: "  ", count: depth) + "</\(name)>\n"
    }

    private mutating func tag(_ name: String, _ attributes: [(String, String?)], end: String) {
        text += String(repeating: "  ", count: depth) + "<" + name
        for case (let attribute, let value?) in attributes {
            text += " \(attribute)=\"\(Self.escaped(value, isASCII: isASCII))\""
        }
        text += end + "\n"
    }

    /// A value as it stands between quotes.
    static func escaped(_ value: String, isASCII: Bool = false) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // A parser would turn these into spaces.
            case "\n", "\r", "\t": escaped += "&#\(scalar.value);"
            // XML 1.0 has no other control characters, not even escaped, and not these two.
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": escaped += isASCII ? "&#65533;" : "\u{FFFD}"
            case _ where isASCII && !scalar.isASCII: escaped += "&#\(scalar.value);"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
