import Synchronization
import TiffIngest
import Zarr

/// Tells how far an export is: a bar, JSON lines, or nothing.
struct ExportDisplay {
    /// Bytes of pixels that are through; counted by the export, shown by the main thread.
    final class Count: Sendable {
        private let bytes = Atomic(0)
        func set(_ value: Int) { bytes.store(value, ordering: .relaxed) }
        var value: Int { bytes.load(ordering: .relaxed) }
    }

    let count = Count()
    private let export: OMETiffExport
    private let json: Bool
    private let quiet: Bool
    private let start = Quantity.now()
    private var bar: ProgressBar
    private var lines: ExportProgressLines

    init(_ export: OMETiffExport, json: Bool, quiet: Bool) {
        self.export = export
        self.json = json
        self.quiet = quiet
        bar = ProgressBar("exporting", isQuiet: quiet || json)
        lines = ExportProgressLines("export", isWanted: json)
    }

    mutating func update() {
        bar.update(count.value, of: export.pixelBytes)
        lines.update(count.value, of: export.pixelBytes)
    }

    /// Leaves the terminal to an error.
    mutating func clear() { bar.clear() }

    /// The last word: what was written, and how fast.
    mutating func done(_ output: String, bytesWritten: Int) {
        bar.clear()
        let seconds = max(Quantity.now() - start, 1e-3)
        if json {
            JSONLines.print(
                "done",
                [
                    ("output", .string(output)), ("pixelBytes", JSONValue(export.pixelBytes)),
                    ("bytesWritten", JSONValue(bytesWritten)), ("seconds", JSONValue(seconds)),
                    ("bigTIFF", .bool(export.isBigTIFF)), ("levels", .array(export.levelCounts.map { JSONValue($0) })),
                ])
        } else if !quiet {
            let time = seconds < 10 ? "\(Quantity.decimal(seconds, places: 1)) s" : Quantity.duration(seconds)
            // Below a tenth of a second there is nothing to be said of speed.
            let rate =
                seconds < 0.1 ? "" : ", in \(time) (\(Quantity.bytes(Int(Double(export.pixelBytes) / seconds)))/s)"
            Output.note(
                "\(output): \(Quantity.bytes(export.pixelBytes)) of pixels with all levels became "
                    + "\(Quantity.bytes(bytesWritten))\(rate)")
        }
    }
}
