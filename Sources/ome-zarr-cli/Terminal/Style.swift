/// Colours of standard output; empty where there are none.
struct Style {
    private let isOn = Output.isColored(1)

    func strong(_ text: String) -> String { wrap(text, Self.strong) }
    func faint(_ text: String) -> String { wrap(text, Self.faint) }
    func bad(_ text: String) -> String { wrap(text, Self.bad) }
    func doubtful(_ text: String) -> String { wrap(text, Self.doubtful) }
    func good(_ text: String) -> String { wrap(text, Self.good) }

    private static let strong = code("1"), faint = code("2"), bad = code("31"), doubtful = code("33")
    private static let good = code("32"), end = code("0")

    /// All that is ever sent to a terminal for the sake of colour.
    static let codes = [strong, faint, bad, doubtful, good, end]

    private static func code(_ parameter: String) -> String { "\u{1b}[\(parameter)m" }

    private func wrap(_ text: String, _ code: String) -> String { isOn ? code + text + Self.end : text }
}
