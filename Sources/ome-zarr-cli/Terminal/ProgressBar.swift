/// Shows how far a long piece of work is: a bar that redraws on a terminal, a line now and then elsewhere.
struct ProgressBar {
    private let label: String
    private let isDrawn: Bool
    private let start = Quantity.now()
    private var shown: Double
    private var isVisible = false

    // A bar redrawn ten times a second looks smooth; a log that grows every ten seconds stays readable.
    private var interval: Double { isDrawn ? 0.1 : 10 }
    private let isQuiet: Bool

    init(_ label: String, isQuiet: Bool = false) {
        self.label = label
        self.isQuiet = isQuiet
        isDrawn = Output.isTerminal(2)
        shown = start
    }

    /// Shows that `done` of `total` bytes are through. Cheap enough to call for each block.
    ///
    /// - Parameter note: what else there is to say.
    mutating func update(_ done: Int, of total: Int, note: String = "") {
        let now = Quantity.now()
        guard !isQuiet, total > 0, now - shown >= interval else { return }
        shown = now
        let elapsed = max(now - start, 1e-6), fraction = min(1, Double(done) / Double(total))
        let rate = Double(done) / elapsed
        let left = rate > 0 ? Quantity.duration(Double(total - done) / rate) : "?"
        let figures =
            "\(Quantity.decimal(fraction * 100, places: 0)) %  \(Quantity.bytes(done)) of \(Quantity.bytes(total))  "
            + "\(Quantity.bytes(Int(rate)))/s  \(left) left" + (note.isEmpty ? "" : "  \(note)")
        guard isDrawn else { return Output.note("\(label): \(figures)") }
        let width = 30, full = Int(fraction * Double(width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        Output.write("\r\u{1b}[K\(label) \(bar) \(figures)", to: 2)
        isVisible = true
    }

    /// Removes the bar, so that the next line starts clean.
    mutating func clear() {
        guard isVisible else { return }
        Output.write("\r\u{1b}[K", to: 2)
        isVisible = false
    }
}
