/// The names of a request's path, each decoded on its own, so that an encoded slash cannot make two of one.
///
/// - Source: RFC 3986, sections 2.1 and 3.3.
package struct RequestPath: Sendable, Hashable {
    /// Decoded; never empty, ".", ".." or with a slash, a backslash or a control character in it.
    package let names: [String]
    /// True where the path ended in "/".
    package let endsInSlash: Bool

    /// More names than any hierarchy has.
    private static let limit = 64

    /// Takes a path as it stands in the request line apart. Empty names are left out: clients make "//" of paths.
    ///
    /// - Throws: ``ServiceError`` with status 400 where a name could lead elsewhere, or is no text.
    package init(_ path: String) throws {
        var names = [String]()
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            let name = try Self.decoded(part)
            guard names.count < Self.limit else {
                throw ServiceError(.badRequest, "path", "the path has more than \(Self.limit) names")
            }
            names.append(name)
        }
        self.names = names
        endsInSlash = path.utf8.last == UInt8(ascii: "/")
    }

    /// The names behind the first ones.
    func dropping(_ count: Int) -> ArraySlice<String> { names.dropFirst(count) }

    /// Whether a name is the same to everybody who reads an address: browsers take a backslash for a slash.
    static func isSafe(_ name: String) -> Bool {
        name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }

    private static func decoded(_ part: Substring.UTF8View) throws -> String {
        guard let bytes = Percent.decoded(part), let name = String(validating: bytes, as: UTF8.self) else {
            throw ServiceError(.badRequest, "path", "a name of the path is not UTF-8 in percent-encoding")
        }
        guard isSafe(name), name != ".", name != ".." else {
            throw ServiceError(
                .badRequest, "path", "a name of the path is \".\" or \"..\", or holds a slash or a control character")
        }
        return name
    }
}

/// Percent-encoding.
///
/// - Source: RFC 3986, section 2.1.
package enum Percent {
    /// The bytes that a text stands for; nil where a "%" is not followed by two hexadecimal digits.
    package static func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes = [UInt8](), iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// A name as it can stand in a path or a query.
    package static func encoded(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.count == 1 ? "%0" + hex : "%" + hex
            }
        }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
