/// Text that may come from a file, on its way to a terminal: there control characters are commands, which could rewrite
/// what stands on it, and marks of direction turn the order of letters around.
enum VisibleText {
    /// The text on one line: control characters, line ends among them, become escapes such as `\u{1b}`.
    static func line(_ text: String) -> String { escaped(text) { _ in 0 } }

    /// The text with its line ends, and with colours where they are wanted.
    static func lines(_ text: String, colors: Bool) -> String {
        escaped(text) { rest in
            if rest.first == "\n" { return 1 }
            return colors ? Style.codes.first { rest.starts(with: $0.unicodeScalars) }?.unicodeScalars.count ?? 0 : 0
        }
    }

    /// - Parameter kept: how many scalars from a control character on stay as they are.
    private static func escaped(_ text: String, kept: (Substring.UnicodeScalarView) -> Int) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var visible = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            let count = isControl(scalar) ? kept(rest) : 1
            if count > 0 {
                visible.append(contentsOf: rest.prefix(count))
            } else {
                visible.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            }
            rest = rest.dropFirst(max(count, 1))
        }
        return String(visible)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, delete and C1.
        case ..<0x20, 0x7f..<0xa0: true
        // Line and paragraph separators; embeddings, overrides and isolates of direction.
        case 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
