import Pyramid
import Zarr

/// Tells how far a conversion is: a bar, JSON lines, or nothing.
struct ConversionDisplay {
    private let total: Int
    private let json: Bool
    private let quiet: Bool
    private let start = Quantity.now()
    private var bar: ProgressBar
    private var lastLine = Quantity.now()
    /// Bytes of images that are finished: pixels, and what they became.
    private var pixelsBefore = 0
    private var writtenBefore = 0
    private var pixelsOfThis = 0

    // A line a second is enough to draw a bar from and little enough to log.
    private static let lineInterval = 1.0
    /// After so many seconds a warning from the beginning is repeated.
    private static let scrollingTime = 10.0

    init(total: Int, json: Bool, quiet: Bool, label: String = "converting") {
        self.total = total
        self.json = json
        self.quiet = quiet
        bar = ProgressBar(label, isQuiet: quiet || json)
    }

    mutating func update(_ progress: ConversionProgress) {
        pixelsOfThis = progress.pixelBytesDone
        let done = pixelsBefore + pixelsOfThis
        bar.update(done, of: total, note: "level \(progress.level)")
        guard json, Quantity.now() - lastLine >= Self.lineInterval else { return }
        lastLine = Quantity.now()
        JSONLines.print(
            "progress",
            [
                ("done", JSONValue(done)), ("total", JSONValue(total)),
                ("bytesWritten", JSONValue(writtenBefore + progress.bytesWritten)),
                ("level", JSONValue(progress.level)),
            ])
    }

    mutating func finished(_ result: Conversion.Result) {
        pixelsBefore += pixelsOfThis
        writtenBefore += result.bytesWritten
        pixelsOfThis = 0
    }

    /// Leaves the terminal to an error.
    mutating func clear() { bar.clear() }

    /// What to say where there is nothing to do.
    func alreadyDone(_ output: String) {
        if json {
            JSONLines.print("done", [("output", .string(output)), ("wasFinished", true)])
        } else if !quiet {
            Output.note("\(output) is finished already")
        }
    }

    /// The last word: what was written, how fast, and what was said that may have scrolled away since.
    mutating func done(_ output: String, _ warnings: [String]) {
        bar.clear()
        let seconds = max(Quantity.now() - start, 1e-3)
        if json {
            JSONLines.print(
                "done",
                [
                    ("output", .string(output)), ("pixelBytes", JSONValue(pixelsBefore)),
                    ("bytesWritten", JSONValue(writtenBefore)), ("seconds", JSONValue(seconds)),
                ])
        } else if !quiet {
            let time = seconds < 10 ? "\(Quantity.decimal(seconds, places: 1)) s" : Quantity.duration(seconds)
            // Below a tenth of a second there is nothing to be said of speed.
            let rate = seconds < 0.1 ? "" : ", in \(time) (\(Quantity.bytes(Int(Double(pixelsBefore) / seconds)))/s)"
            Output.note(
                "\(output): \(Quantity.bytes(pixelsBefore)) of pixels became \(Quantity.bytes(writtenBefore)) "
                    + "with all levels\(rate)")
            guard seconds > Self.scrollingTime else { return }
            for warning in warnings { Output.note("ome-zarr: warning: \(warning)") }
        }
    }
}
