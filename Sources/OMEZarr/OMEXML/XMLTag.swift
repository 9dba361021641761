/// A start tag whose attributes can be read and changed while all its other bytes stay as they are.
struct XMLTag {
    /// The tag, brackets included.
    private(set) var bytes: [UInt8]

    private struct Attribute {
        /// From the white space before the name to the quote behind the value.
        var whole: Range<Int>
        /// What stands between the quotes.
        var value: Range<Int>
    }

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

    /// The value of an attribute as it is written, references unresolved; nil where there is none.
    subscript(_ name: String) -> String? { find(name).map { String(decoding: bytes[$0.value], as: UTF8.self) } }

    /// Changes the value of an attribute the tag has.
    ///
    /// - Parameter value: needs no escaping.
    mutating func change(_ name: String, to value: String) {
        if let attribute = find(name) { bytes.replaceSubrange(attribute.value, with: Array(value.utf8)) }
    }

    /// Gives an attribute a value, whether the tag has it or not; removes it where there is none.
    ///
    /// - Parameter value: any text.
    mutating func set(_ name: String, to value: String?) {
        guard let value else { return remove(name) }
        // The quotes may be either.
        let escaped = XMLText.escaped(value).split(separator: "'", omittingEmptySubsequences: false).joined(
            separator: "&apos;")
        if find(name) != nil { return change(name, to: escaped) }
        let end = bytes.count - (bytes.suffix(2).first == UInt8(ascii: "/") ? 2 : 1)
        let last = bytes[..<end].lastIndex { !Self.isSpace($0) } ?? end - 1
        bytes.insert(contentsOf: Array(" \(name)=\"\(escaped)\"".utf8), at: last + 1)
    }

    /// Removes an attribute and the white space before it.
    mutating func remove(_ name: String) {
        if let attribute = find(name) { bytes.removeSubrange(attribute.whole) }
    }

    private func find(_ name: String) -> Attribute? {
        var place = skip(from: 0) { !Self.isSpace($0) }
        while true {
            let start = place
            let nameStart = skip(from: start, Self.isSpace)
            let nameEnd = skip(from: nameStart) { !Self.isSpace($0) && $0 != UInt8(ascii: "=") }
            let equals = skip(from: nameEnd, Self.isSpace)
            guard equals < bytes.count, bytes[equals] == UInt8(ascii: "=") else { return nil }
            let opening = skip(from: equals + 1, Self.isSpace)
            guard opening < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[opening]) else {
                return nil
            }
            let closing = skip(from: opening + 1) { $0 != bytes[opening] }
            guard closing < bytes.count else { return nil }
            if bytes[nameStart..<nameEnd].elementsEqual(name.utf8) {
                return Attribute(whole: start..<closing + 1, value: opening + 1..<closing)
            }
            place = closing + 1
        }
    }

    /// The first place from one on where a byte is not as it should be; the end where there is none.
    private func skip(from start: Int, _ isSkipped: (UInt8) -> Bool) -> Int {
        bytes[min(start, bytes.count)...].firstIndex { !isSkipped($0) } ?? bytes.count
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
