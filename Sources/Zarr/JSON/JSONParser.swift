/// What a JSON document may cost.
public struct JSONLimits: Sendable, Hashable {
    /// Largest document in bytes.
    public var bytes: Int
    /// How deep arrays and objects may be nested.
    public var depth: Int
    /// How many values there may be. Two bytes of text become tens in memory.
    public var values: Int

    /// 256 MiB, 128 levels and 4 million values: consolidated metadata of large plates takes tens of MiB; nobody nests by
    /// hand that deep.
    public init(bytes: Int = 256 << 20, depth: Int = 128, values: Int = 1 << 22) {
        self.bytes = bytes
        self.depth = depth
        self.values = values
    }
}

extension JSONValue {
    /// Reads one JSON document.
    ///
    /// Of two members with one name the last counts. A byte order mark is skipped.
    ///
    /// - Throws: ``ZarrError`` with code `.corrupt` where the bytes are not JSON (bare `NaN` is not), naming line and
    ///   column; `.limitExceeded` where the document is larger or deeper than the limits, or has more values.
    /// - Source: RFC 8259.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws -> JSONValue {
        guard bytes.count <= limits.bytes else {
            throw ZarrError(
                .limitExceeded, "the JSON document has \(bytes.count) bytes, more than the \(limits.bytes) allowed")
        }
        return try bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(bytes: buffer, depthLimit: limits.depth, valuesLeft: limits.values)
            return try parser.document()
        }
    }

    /// Reads one JSON document from text.
    ///
    /// - Throws: as ``parse(_:limits:)``.
    public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }
}

/// A recursive descent over the bytes of one document.
private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let depthLimit: Int
    private var valuesLeft: Int
    private var at = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int, valuesLeft: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
        self.valuesLeft = valuesLeft
    }

    mutating func document() throws -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw wrong("there is more after the end of the document") }
        return value
    }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func value() throws -> JSONValue {
        valuesLeft -= 1
        guard valuesLeft >= 0 else {
            throw ZarrError(.limitExceeded, "the JSON document has more values than any metadata: it may be damaged")
        }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try nested { try $0.object() }
        case UInt8(ascii: "["): return try nested { try $0.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return .number(try number())
        case nil: throw wrong("the document ends where a value should be")
        default: throw wrong("no value begins like this")
        }
    }

    private mutating func nested(_ body: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
        guard depth < depthLimit else {
            throw ZarrError(.limitExceeded, "the JSON document is nested deeper than the \(depthLimit) levels allowed")
        }
        depth += 1
        defer { depth -= 1 }
        at += 1
        return try body(&self)
    }

    private mutating func object() throws -> JSONValue {
        var members = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw wrong("a member's name in quotes should be here") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw wrong("a \":\" should follow the name \"\(name)\"") }
            members[name] = try value()
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw wrong("a \",\" or \"}\" should be here") }
        }
    }

    private mutating func array() throws -> JSONValue {
        var elements = [JSONValue]()
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw wrong("a \",\" or \"]\" should be here") }
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let end = at + word.utf8CodeUnitCount
        let found = word.withUTF8Buffer { end <= bytes.count && bytes[at..<end].elementsEqual($0) }
        guard found else { throw wrong("only true, false and null are written without quotes") }
        at = end
        return value
    }

    private mutating func number() throws -> JSONNumber {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            guard !isDigit(current) else { throw wrong("a number has no leading zeros") }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return JSONNumber(unchecked: String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private mutating func digits() throws {
        guard isDigit(current) else { throw wrong("a digit should be here") }
        while isDigit(current) { at += 1 }
    }

    private func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 &- 0x30 < 10 } ?? false }

    private mutating func string() throws -> String {
        at += 1
        var start = at
        var unescaped: String?
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                let tail = try text(start..<at)
                at += 1
                return unescaped.map { $0 + tail } ?? tail
            case UInt8(ascii: "\\"):
                unescaped = try (unescaped ?? "") + text(start..<at)
                at += 1
                unescaped?.unicodeScalars.append(try escape())
                start = at
            case 0..<0x20: throw wrong("a control character in a string must be escaped")
            default: at += 1
            }
        }
        throw wrong("the document ends inside a string")
    }

    private func text(_ range: Range<Int>) throws -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw wrong("the string that ends here is not UTF-8")
        }
        return text
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard let byte = current else { throw wrong("the document ends inside a string") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw wrong("there is no such escape")
        }
    }

    private mutating func unicodeEscape() throws -> Unicode.Scalar {
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw wrong("half of a surrogate pair is not a character")
        }
        let low = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw wrong("half of a surrogate pair is not a character") }
        return scalar
    }

    private mutating func fourHexDigits() throws -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw wrong("four hexadecimal digits should follow \\u")
            }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private func wrong(_ what: String) -> ZarrError {
        let before = bytes[..<min(at, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return ZarrError(.corrupt, "not JSON at line \(line), column \(column): \(what)")
    }
}
