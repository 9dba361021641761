/// What the header `Range` asks for of an object of a known size.
///
/// - Source: RFC 9110, section 14.
package enum ByteRanges: Sendable, Hashable {
    /// No range, or a header that must be ignored.
    case whole
    /// Parts, in the order asked for; at least one.
    case parts([Range<Int>])
    /// Nothing asked for lies in the object.
    case unsatisfiable

    /// More parts than this are answered as a whole is: a client that wants so many is not served by them.
    package static let limit = 64

    /// - Parameters:
    ///   - header: the value of `Range`; nil where there is none.
    ///   - size: bytes of the object.
    package init(_ header: String?, size: Int) {
        guard let header, let specs = Self.specs(header) else {
            self = .whole
            return
        }
        let parts = specs.compactMap { $0.range(size) }
        // Parts that together are more than the object are an attack or a mistake (RFC 9110, section 17.15).
        let total = parts.reduce(0) { $0 + $1.count }
        if parts.isEmpty {
            self = .unsatisfiable
        } else if parts.count > Self.limit || parts.count > 1 && total > size {
            self = .whole
        } else {
            self = .parts(parts)
        }
    }

    /// One entry of the list: `first-last`, `first-`, or `-count`.
    private enum Spec {
        case from(Int, through: Int)
        case last(Int)

        func range(_ size: Int) -> Range<Int>? {
            switch self {
            case .from(let first, let last): first < size ? first..<min(last, size - 1) + 1 : nil
            case .last(let count): count > 0 && size > 0 ? max(0, size - count)..<size : nil
            }
        }
    }

    /// Nil where the header is not understood, which makes it as good as absent.
    private static func specs(_ header: String) -> [Spec]? {
        guard let equals = header.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        guard header[..<equals].lowercased() == "bytes" else { return nil }
        var specs = [Spec]()
        for part in header[header.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false) {
            let text = part.drop { $0 == " " || $0 == "\t" }
            let sides = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            let end = sides[1].prefix { $0 != " " && $0 != "\t" }
            switch (sides[0].isEmpty, end.isEmpty) {
            case (true, false):
                guard let count = position(end) else { return nil }
                specs.append(.last(count))
            case (false, true):
                guard let first = position(sides[0]) else { return nil }
                specs.append(.from(first, through: .max - 1))
            case (false, false):
                guard let first = position(sides[0]), let last = position(end), first <= last else { return nil }
                specs.append(.from(first, through: last))
            case (true, true): return nil
            }
            guard specs.count <= 1024 else { return nil }
        }
        return specs.isEmpty ? nil : specs
    }

    /// Digits only; what is larger than any file is the largest position.
    private static func position(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return min(Int(text) ?? .max, .max - 1)
    }
}
