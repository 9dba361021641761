import Pyramid
import Zarr

/// Tells how far a copy is: a bar, JSON lines, or nothing.
struct CopyDisplay {
    private let total: Int
    private let json: Bool
    private let quiet: Bool
    private let start = Quantity.now()
    private var bar: ProgressBar
    private var lastLine = Quantity.now()

    // A line a second is enough to draw a bar from and little enough to log.
    private static let lineInterval = 1.0

    init(total: Int, json: Bool, quiet: Bool) {
        self.total = total
        self.json = json
        self.quiet = quiet
        bar = ProgressBar("copying", isQuiet: quiet || json)
    }

    mutating func update(_ progress: CopyProgress) {
        bar.update(progress.pixelBytesDone, of: total)
        guard json, Quantity.now() - lastLine >= Self.lineInterval else { return }
        lastLine = Quantity.now()
        JSONLines.print("progress", [("done", JSONValue(progress.pixelBytesDone)), ("total", JSONValue(total))])
    }

    /// Leaves the terminal to an error.
    mutating func clear() { bar.clear() }

    /// The last word: what was written, how fast, and whether anything had to be decoded for it.
    mutating func done(_ output: String, _ progress: CopyProgress) {
        bar.clear()
        let seconds = max(Quantity.now() - start, 1e-3)
        if json {
            JSONLines.print(
                "done",
                [
                    ("output", .string(output)), ("pixelBytes", JSONValue(total)),
                    ("bytesWritten", JSONValue(progress.bytesWritten)),
                    ("chunksDecoded", JSONValue(progress.chunksDecoded)), ("seconds", JSONValue(seconds)),
                ])
        } else if !quiet {
            let time = seconds < 10 ? "\(Quantity.decimal(seconds, places: 1)) s" : Quantity.duration(seconds)
            let how = progress.chunksDecoded == 0 ? "copied as stored" : "\(progress.chunksDecoded) chunks decoded"
            Output.note("\(output): \(Quantity.bytes(progress.bytesWritten)) written, \(how), in \(time)")
        }
    }
}
