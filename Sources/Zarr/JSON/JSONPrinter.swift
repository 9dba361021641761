extension JSONValue: CustomStringConvertible {
    /// The document as UTF-8, members in their order, numbers as they were written, "/" unescaped.
    ///
    /// - Parameter pretty: two spaces a level and a newline at the end; arrays of plain values stay on one line.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var printer = JSONPrinter(pretty: pretty)
        printer.write(self, indent: 0)
        if pretty { printer.out.append(0x0A) }
        return printer.out
    }

    /// The document on one line.
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}

private struct JSONPrinter {
    let pretty: Bool
    var out = [UInt8]()

    init(pretty: Bool) { self.pretty = pretty }

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: put("null")
        case .bool(let value): put(value ? "true" : "false")
        case .number(let number): put(number.lexeme)
        case .string(let text): put(quoted: text)
        case .array(let elements): write(elements, indent)
        case .object(let members): write(members, indent)
        }
    }

    private mutating func write(_ elements: [JSONValue], _ indent: Int) {
        let broken = pretty && elements.contains(where: \.isContainer)
        put("[")
        for (position, element) in elements.enumerated() {
            if position > 0 { put(pretty && !broken ? ", " : ",") }
            if broken { newLine(indent + 1) }
            write(element, indent: indent + 1)
        }
        if broken { newLine(indent) }
        put("]")
    }

    private mutating func write(_ members: JSONObject, _ indent: Int) {
        put("{")
        for (position, member) in members.enumerated() {
            if position > 0 { put(",") }
            if pretty { newLine(indent + 1) }
            put(quoted: member.key)
            put(pretty ? ": " : ":")
            write(member.value, indent: indent + 1)
        }
        if pretty && !members.isEmpty { newLine(indent) }
        put("}")
    }

    private mutating func put(quoted text: String) {
        put("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): put("\\\"")
            case UInt8(ascii: "\\"): put("\\\\")
            case 0x0A: put("\\n")
            case 0x0D: put("\\r")
            case 0x09: put("\\t")
            case 0..<0x20:
                put(byte < 0x10 ? "\\u000" : "\\u00")
                put(String(byte, radix: 16))
            default: out.append(byte)
            }
        }
        put("\"")
    }

    private mutating func newLine(_ indent: Int) {
        out.append(0x0A)
        for _ in 0..<indent { put("  ") }
    }

    private mutating func put(_ text: String) { out.append(contentsOf: text.utf8) }
}

extension JSONValue {
    fileprivate var isContainer: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }
}
