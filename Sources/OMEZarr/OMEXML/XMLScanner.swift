/// Splits XML into tags and what lies between them, without changing a byte.
///
/// Knows just enough to copy a document faithfully: comments, CDATA sections, processing instructions and document
/// types count as text. It resolves nothing, so no entity can blow up.
///
/// - Source: XML 1.0, fifth edition.
struct XMLScanner {
    struct Token {
        enum Kind { case text, start(String), empty(String), end(String) }
        var kind: Kind
        /// Where the token's bytes lie, brackets included.
        var range: Range<Int>
    }

    let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next token; nil at the end.
    ///
    /// - Throws: ``OMEZarrError`` with code `.corrupt` where a tag or section has no end.
    mutating func next() throws -> Token? {
        guard position < bytes.count else { return nil }
        let start = position
        guard bytes[position] == UInt8(ascii: "<") else {
            while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
            return Token(kind: .text, range: start..<position)
        }
        for (opening, closing) in Self.sections where begins(with: opening) {
            try skip(past: closing, from: start + opening.utf8CodeUnitCount)
            return Token(kind: .text, range: start..<position)
        }
        return try tag()
    }

    /// The value of an attribute of a tag, as it stands there; nil where the tag has none of that name.
    func attribute(_ name: String, of tag: Token) -> String? {
        var rest = bytes[tag.range]
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
            let before = rest[..<equals].split(whereSeparator: Self.isSpace).last
            let value = rest[(equals + 1)...].drop(while: Self.isSpace)
            guard let quote = value.first, let end = value.dropFirst().firstIndex(of: quote) else { return nil }
            if before?.elementsEqual(name.utf8) == true {
                return String(decoding: value[(value.startIndex + 1)..<end], as: UTF8.self)
            }
            rest = rest[(end + 1)...]
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static let sections: [(StaticString, StaticString)] = [
        ("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"),
    ]

    private mutating func tag() throws -> Token {
        let start = position
        let isEnd = start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "/")
        let nameStart = start + (isEnd ? 2 : 1)
        var nameEnd = nameStart
        while nameEnd < bytes.count, !Self.endsName(bytes[nameEnd]) { nameEnd += 1 }
        guard nameEnd > nameStart else { throw malformed(start) }
        let name = String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self)
        position = nameEnd
        var quote: UInt8?
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                let isEmpty = !isEnd && bytes[position - 2] == UInt8(ascii: "/")
                return Token(kind: isEnd ? .end(name) : isEmpty ? .empty(name) : .start(name), range: start..<position)
            }
        }
        throw malformed(start)
    }

    private mutating func skip(past closing: StaticString, from: Int) throws {
        let start = position
        position = from
        while position < bytes.count {
            if begins(with: closing) {
                position += closing.utf8CodeUnitCount
                return
            }
            position += 1
        }
        throw malformed(start)
    }

    private func begins(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard count <= bytes.count - position else { return false }
        return text.withUTF8Buffer { bytes[position..<position + count].elementsEqual($0) }
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "/"), UInt8(ascii: ">"), UInt8(ascii: "<"): true
        default: false
        }
    }

    private func malformed(_ offset: Int) -> OMEZarrError {
        OMEZarrError(.corrupt, "the OME-XML has a tag without an end at byte \(offset): it is cut off or damaged")
    }
}
