/// How the files of a plate are named, as in `{row}{column}_s{field}_w{channel}.tif`.
///
/// Placeholders stand for: `{well}` a row of letters and a column, `{row}` letters or a number, `{column}`, `{field}`,
/// `{z}` and `{t}` a number, `{channel}` and `{acquisition}` letters, digits and `-`; `*` for anything but `/`. All else
/// stands for itself, whatever its case. A pattern with `/` names folders within the folder.
public struct PlatePattern: Sendable, Hashable, CustomStringConvertible {
    /// What a placeholder stands for.
    package enum Part: String, Sendable, Hashable, CaseIterable {
        case well, row, column, field, channel, z, t, acquisition
    }

    private enum Token: Hashable {
        case literal([UInt8])
        case part(Part)
        case anything
    }

    /// The pattern as it was written.
    public let description: String
    private let tokens: [Token]
    /// How many folders deep the files lie.
    package let depth: Int

    /// More would make matching slow, and mean nothing.
    private static let wildcardLimit = 8

    /// The conventions that are tried where no pattern is given: first those that fit names exactly, and among those with
    /// `*` the most telling first, since `*` may swallow a well.
    ///
    /// - Source: file names as Opera Phenix and Operetta, Yokogawa CellVoyager, GE InCell and MetaXpress write them.
    public static let common: [PlatePattern] = [
        "{row} - {column}(fld {field} wv {channel}).tif",
        "{well}_s{field}_w{channel}.tif", "{well}_s{field}.tif", "{well}_w{channel}.tif",
        "{well}_f{field}.tif", "{well}_{field}.tif", "{well}.tif", "{well}.ome.tif",
        "r{row}c{column}f{field}p{z}-ch{channel}sk{t}fk*.tiff",
        "*_{well}_T{t}F{field}L*A*Z{z}C{channel}.tif",
        "{row} - {column}(fld {field} wv {channel} - *).tif",
        "*_{well}_s{field}_w{channel}.tif", "*_{well}_s{field}.tif", "*_{well}_w{channel}.tif",
    ].compactMap { try? PlatePattern($0) }

    /// - Throws: ``TiffError`` with code `.invalidCall` that says which placeholder is wrong or missing.
    public init(_ text: String) throws {
        description = text
        var tokens: [Token] = [], literal: [UInt8] = [], seen = Set<Part>(), rest = Array(text.utf8)[...]
        func flush() {
            if !literal.isEmpty { tokens.append(.literal(literal.map(Self.folded))) }
            literal = []
        }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"):
                flush()
                if tokens.last != .anything { tokens.append(.anything) }
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                    throw TiffError(.invalidCall, "the pattern \"\(text)\" has a { without a }")
                }
                let name = String(decoding: rest[..<end], as: UTF8.self)
                guard let part = Part(rawValue: name) else { throw Self.unknown(name) }
                guard seen.insert(part).inserted else {
                    throw TiffError(.invalidCall, "the pattern \"\(text)\" has {\(name)} twice")
                }
                flush()
                tokens.append(.part(part))
                rest = rest[(end + 1)...]
            default: literal.append(byte)
            }
        }
        flush()
        guard seen.contains(.well) != (seen.contains(.row) && seen.contains(.column)) else {
            throw TiffError(
                .invalidCall, "the pattern \"\(text)\" must have either {well}, or both {row} and {column}")
        }
        guard tokens.count(where: { $0 == .anything }) <= Self.wildcardLimit else {
            throw TiffError(.invalidCall, "the pattern \"\(text)\" has more than \(Self.wildcardLimit) *")
        }
        self.tokens = tokens
        depth = text.utf8.count { $0 == UInt8(ascii: "/") }
    }

    private static func unknown(_ name: String) -> TiffError {
        let known = Part.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
        return TiffError(.invalidCall, "{\(name)} is no placeholder of a plate's pattern: use \(known) or *")
    }

    // MARK: Matching

    /// What the placeholders stand for in a path relative to the folder; nil where the path does not fit.
    ///
    /// Costs at most the length of the path, squared, for each part of the pattern.
    package func match(_ path: String) -> [Part: String]? {
        var search = Search(bytes: Array(path.utf8), tokens: tokens)
        guard search.fits(0, 0) else { return nil }
        return search.found.mapValues { String(decoding: search.bytes[$0], as: UTF8.self) }
    }

    /// Takes as much as a placeholder can, then less, until the rest fits.
    private struct Search {
        let bytes: [UInt8]
        let tokens: [Token]
        var found: [Part: Range<Int>] = [:]
        /// Places from which the rest of the pattern is known not to fit: without them a name of many equal letters
        /// would be tried for hours.
        private var hopeless = Set<[Int]>()

        init(bytes: [UInt8], tokens: [Token]) {
            self.bytes = bytes
            self.tokens = tokens
        }

        mutating func fits(_ start: Int, _ number: Int) -> Bool {
            guard number < tokens.count else { return start == bytes.count }
            if hopeless.contains([start, number]) { return false }
            for end in ends(of: tokens[number], start).reversed() where fits(end, number + 1) {
                if case .part(let part) = tokens[number] { found[part] = start..<end }
                return true
            }
            hopeless.insert([start, number])
            return false
        }

        /// Where a part of the pattern that begins at a place may end.
        private func ends(of token: Token, _ start: Int) -> [Int] {
            switch token {
            case .literal(let literal):
                let end = start + literal.count
                let isThere =
                    end <= bytes.count
                    && bytes[start..<end].elementsEqual(literal) { PlatePattern.folded($0) == $1 }
                return isThere ? [end] : []
            case .anything:
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
                return Array(start...end)
            case .part(let part): return PlatePattern.ends(of: part, bytes, start)
            }
        }
    }

    /// Where a placeholder that begins at a place may end.
    private static func ends(of part: Part, _ bytes: [UInt8], _ start: Int) -> [Int] {
        func run(_ from: Int, _ limit: Int, _ fits: (UInt8) -> Bool) -> Int {
            var end = from
            while end < bytes.count, end - from < limit, fits(bytes[end]) { end += 1 }
            return end
        }
        let letters = run(start, 2, isLetter)
        switch part {
        case .well:
            // A1 to AF48, with any zeros before the column.
            return (start..<letters).flatMap { letter in
                let digits = run(letter + 1, 3, isDigit)
                return digits > letter + 1 ? Array(letter + 2...digits) : []
            }
        case .row: return Array(start..<max(letters, run(start, 3, isDigit))).map { $0 + 1 }
        case .column, .field, .z, .t: return Array(start..<run(start, 9, isDigit)).map { $0 + 1 }
        case .channel, .acquisition:
            return Array(start..<run(start, 64) { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }).map {
                $0 + 1
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
