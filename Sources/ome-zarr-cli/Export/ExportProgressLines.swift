import Zarr

/// A line of JSON now and then about how far a stage of an export is.
struct ExportProgressLines {
    private let stage: String
    private let isWanted: Bool
    private var last = Quantity.now()

    // A line a second is enough to draw a bar from and little enough to log.
    private static let interval = 1.0

    /// - Parameter stage: `levels` that are made, or `export`.
    init(_ stage: String, isWanted: Bool) {
        self.stage = stage
        self.isWanted = isWanted
    }

    mutating func update(_ done: Int, of total: Int) {
        guard isWanted, Quantity.now() - last >= Self.interval else { return }
        last = Quantity.now()
        JSONLines.print(
            "progress", [("stage", .string(stage)), ("done", JSONValue(done)), ("total", JSONValue(total))])
    }
}
