import OMEZarr
import Pyramid
import Zarr

/// What a conversion is going to write, for people and for programs.
struct PlanReport {
    let plan: PyramidPlan
    let title: String

    /// Prints the plan as a table.
    func printTable() {
        let style = Style()
        let image = plan.image
        Output.line(style.strong(title))
        let axes = zip(image.axes, image.shape).map { "\($0.name) \($1)" }.joined(separator: ", ")
        Output.line("  \(axes), \(image.type.rawValue) -> OME-Zarr \(plan.version.rawValue), \(plan.method.rawValue)")
        Output.line()
        for row in rows { Output.line("  " + row) }
        Output.line()
        let kind = plan.levels[0].shardShape == nil ? "chunk" : "shard"
        let files = plan.objectCount == 1 ? "1 \(kind) file" : "\(plan.objectCount) \(kind) files"
        Output.line("  \(files), \(Quantity.bytes(plan.pixelBytes)) of pixels before compression")
        Output.line(
            "  peak memory \(Quantity.bytes(plan.memory.peakBytes)) and some 20 MB for the program, with \(plan.memory.threads) "
                + (plan.memory.threads == 1 ? "thread" : "threads"))
        for reason in plan.reasons { Output.line(style.faint("  - \(reason)")) }
    }

    private var rows: [String] {
        let header = ["level", "shape", "scale", "chunk", "shard", "files"]
        let cells = plan.levels.indices.map { index -> [String] in
            let level = plan.levels[index]
            return [
                String(index), Quantity.shape(level.shape), level.scale.map(Quantity.plain).joined(separator: ", "),
                Quantity.shape(level.chunkShape), level.shardShape.map(Quantity.shape) ?? "-",
                String(level.objectCount),
            ]
        }
        let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
        return ([header] + cells).map { row in
            let padded = row.indices.map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
            return padded.joined(separator: "  ").trimmedEnd
        }
    }

    /// The plan as the members of one object.
    var json: [(String, JSONValue?)] {
        [
            ("name", .string(title)), ("version", .string(plan.version.rawValue)),
            ("axes", JSONValue(strings: plan.image.axes.map(\.name))), ("dataType", .string(plan.image.type.rawValue)),
            ("method", .string(plan.method.rawValue)), ("levels", .array(plan.levels.map(Self.json))),
            ("objects", JSONValue(plan.objectCount)), ("pixelBytes", JSONValue(plan.pixelBytes)),
            ("peakMemory", JSONValue(plan.memory.peakBytes)), ("threads", JSONValue(plan.memory.threads)),
            ("reasons", JSONValue(strings: plan.reasons)),
        ]
    }

    private static func json(_ level: PyramidPlan.Level) -> JSONValue {
        [
            "shape": JSONValue(level.shape), "chunk": JSONValue(level.chunkShape),
            "shard": level.shardShape.map { JSONValue($0) } ?? .null, "scale": JSONValue(doubles: level.scale),
            "translation": JSONValue(doubles: level.translation), "objects": JSONValue(level.objectCount),
        ]
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
