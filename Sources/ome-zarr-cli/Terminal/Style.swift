/// Colours of standard output; empty where there are none.
struct Style {
    private let isOn = Output.isColored(1)

    func strong(_ text: String) -> String { wrap(text, "1") }
    func faint(_ text: String) -> String { wrap(text, "2") }
    func bad(_ text: String) -> String { wrap(text, "31") }
    func doubtful(_ text: String) -> String { wrap(text, "33") }
    func good(_ text: String) -> String { wrap(text, "32") }

    private func wrap(_ text: String, _ code: String) -> String { isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
}
