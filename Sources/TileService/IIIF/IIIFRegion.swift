/// The part of an image that an IIIF address names: `full`, `square`, `x,y,w,h` or `pct:x,y,w,h`.
///
/// - Source: IIIF Image API 3.0 and 2.1, section 4.1.
package struct IIIFRegion: Sendable, Hashable {
    /// In pixels of level 0, inside the image.
    package let x, y, width, height: Int
    /// Whether it is the whole image.
    let isFull: Bool

    /// - Throws: ``ServiceError`` with status 400 where it is malformed, empty or outside.
    package init(_ text: String, width: Int, height: Int) throws {
        switch text {
        case "full": try self.init(0, 0, width, height, of: (width, height))
        case "square":
            let side = min(width, height)
            try self.init((width - side) / 2, (height - side) / 2, side, side, of: (width, height))
        case let text where text.hasPrefix("pct:"):
            let parts = try Self.numbers(text.dropFirst(4), text)
            func share(_ index: Int, _ side: Int) -> Int {
                Int((min(parts[index], 100) / 100 * Double(side)).rounded())
            }
            try self.init(
                share(0, width), share(1, height), share(2, width), share(3, height), of: (width, height))
        default:
            let parts = try Self.numbers(Substring(text), text)
            guard parts.allSatisfy({ $0 == $0.rounded() }) else { throw Self.wrong(text) }
            // Beyond the image nothing differs, so that larger numbers need not fit.
            let limit = Double(max(width, height)) + 1
            let whole = parts.map { Int(min($0, limit)) }
            try self.init(whole[0], whole[1], whole[2], whole[3], of: (width, height))
        }
    }

    private init(_ x: Int, _ y: Int, _ width: Int, _ height: Int, of size: (width: Int, height: Int)) throws {
        guard width > 0, height > 0, x < size.width, y < size.height else {
            throw ServiceError(
                .badRequest, "region",
                "the region is empty or lies outside of the image, which is \(size.width) x \(size.height)")
        }
        self.x = x
        self.y = y
        self.width = min(width, size.width - x)
        self.height = min(height, size.height - y)
        isFull = x == 0 && y == 0 && self.width == size.width && self.height == size.height
    }

    /// As the canonical address has it.
    var canonical: String { isFull ? "full" : "\(x),\(y),\(width),\(height)" }

    private static func numbers(_ part: Substring, _ text: String) throws -> [Double] {
        let numbers = part.split(separator: ",", omittingEmptySubsequences: false).map { IIIFNumber.value($0) }
        guard numbers.count == 4, !numbers.contains(nil) else { throw wrong(text) }
        return numbers.compactMap { $0 }
    }

    private static func wrong(_ text: String) -> ServiceError {
        ServiceError(
            .badRequest, "region",
            "\(text.prefix(64)) is no region: use full, square, x,y,w,h in pixels or pct:x,y,w,h in percent")
    }
}

/// Numbers as the addresses of IIIF have them: digits and at most one point.
enum IIIFNumber {
    /// Nil where it is none.
    static func value(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.utf8.count <= 32,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(text.hasPrefix(".") ? "0" + text : String(text))
    }

    /// Nil where it is none, or has a point.
    static func whole(_ text: Substring) -> Int? { text.contains(".") ? nil : value(text).flatMap { Int(exactly: $0) } }
}
