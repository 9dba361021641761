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

    /// The conventions that are tried where no pattern is given, the most telling first.
    ///
    /// - Source: file names as Opera Phenix and Operetta, Yokogawa CellVoyager, GE InCell and MetaXpress write them.
    public static let common: [PlatePattern] = [
        "r{row}c{column}f{field}p{z}-ch{channel}sk{t}fk*.tiff",
        "*_{well}_T{t}F{field}L*A*Z{z}C{channel}.tif",
        "{row} - {column}(fld {field} wv {channel} - *).tif",
        "{row} - {column}(fld {field} wv {channel}).tif",
        "*_{well}_s{field}_w{channel}.tif", "*_{well}_w{channel}.tif",
        "*_{well}_s{field}.tif", "{well}_s{field}_w{channel}.tif", "{well}_s{field}.tif", "{well}_w{channel}.tif",
        "{well}_f{field}.tif", "{well}_{field}.tif", "{well}.tif", "{well}.ome.tif",
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
    package func match(_ path: String) -> [Part: String]? {
        var found: [Part: Range<Int>] = [:]
        let bytes = Array(path.utf8)
        guard match(bytes, 0, 0, &found) else { return nil }
        return found.mapValues { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// Takes as much as a placeholder can, then less, until the rest fits. Names have at most 255 bytes and patterns few
    /// wildcards, so this ends soon.
    private func match(_ bytes: [UInt8], _ start: Int, _ number: Int, _ found: inout [Part: Range<Int>]) -> Bool {
        guard number < tokens.count else { return start == bytes.count }
        switch tokens[number] {
        case .literal(let literal):
            guard bytes.count - start >= literal.count,
                bytes[start..<start + literal.count].elementsEqual(literal, by: { Self.folded($0) == $1 })
            else { return false }
            return match(bytes, start + literal.count, number + 1, &found)
        case .anything:
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "/") { end += 1 }
            for end in (start...end).reversed() where match(bytes, end, number + 1, &found) { return true }
            return false
        case .part(let part):
            for end in Self.ends(of: part, bytes, start).reversed() where match(bytes, end, number + 1, &found) {
                found[part] = start..<end
                return true
            }
            return false
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
