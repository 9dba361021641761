import OMEZarr
import Pyramid
import Zarr

/// What a conversion is going to write, for people and for programs.
struct PlanReport {
    let plan: PyramidPlan
    let title: String
    /// What samples foretell; nil where none were taken.
    let estimate: ConversionEstimate?
    /// Bytes that can still be written where the output goes; nil where that is unknown.
    let freeBytes: Int?

    /// Prints the plan as a table.
    func printTable() {
        let style = Style()
        let image = plan.image
        Output.line(style.strong(title))
        let axes = zip(image.axes, image.shape).map { "\($0.name) \($1)" }.joined(separator: ", ")
        let kind = image.isLabels ? "labels" : "intensities"
        Output.line(
            "  \(axes), \(image.type.rawValue) \(kind) -> OME-Zarr \(plan.version.rawValue), \(plan.method.rawValue)")
        Output.line()
        for line in table.lines(style) { Output.line(line) }
        Output.line()
        for line in summary { Output.line("  " + line) }
        for reason in plan.reasons { Output.line(style.faint("  - \(reason)")) }
    }

    private var table: Table {
        var table = Table(["level", "shape", "scale", "offset", "chunk", "shard", "files", "pixels", "stored"])
        for (number, level) in plan.levels.enumerated() {
            let hasOffset = plan.levels.contains { $0.translation.contains { $0 != 0 } }
            func list(_ values: [Double]) -> String { values.map(Quantity.plain).joined(separator: ", ") }
            table.add([
                String(number), Quantity.shape(level.shape), list(level.scale),
                hasOffset ? list(level.translation) : "",
                Quantity.shape(level.chunkShape), level.shardShape.map(Quantity.shape) ?? "-",
                String(objectCount(number)),
                Quantity.bytes(plan.pixelBytes(level: number)),
                estimate.map { "~ " + Quantity.bytes($0.levelBytes[number]) } ?? "",
            ])
        }
        return table
    }

    private var summary: [String] {
        let kind = plan.levels[0].shardShape == nil ? "chunk" : "shard"
        let count = objectCount
        let files = count == 1 ? "1 \(kind) file" : "\(count) \(kind) files"
        let threads = plan.memory.threads == 1 ? "1 thread" : "\(plan.memory.threads) threads"
        var lines = ["\(files), \(Quantity.bytes(plan.pixelBytes)) of pixels before compression"]
        if count == 0 {
            lines.append("samples hold nothing but zeros, for which no file is written")
        } else if let estimate {
            let free = freeBytes.map { ", of \(Quantity.bytes($0)) free" } ?? ""
            lines.append(
                "about \(Quantity.bytes(estimate.bytes)) on disk\(free), in about \(Self.time(estimate.seconds))")
        }
        lines.append(
            "peak memory \(Quantity.bytes(plan.memory.peakBytes)) and some 20 MB for the program, with \(threads)")
        return lines
    }

    /// Files of a level: none where all samples are empty, which are not stored, else as many as there are at the most.
    private func objectCount(_ level: Int) -> Int {
        estimate?.levelBytes[level] == 0 ? 0 : plan.levels[level].objectCount
    }

    private var objectCount: Int { plan.levels.indices.reduce(0) { $0 + objectCount($1) } }

    private static func time(_ seconds: Double) -> String { seconds < 1 ? "a second" : Quantity.duration(seconds) }

    /// The plan as the members of one object. But for `estimate.seconds` and `freeBytes` they are the same at any time.
    var json: [(String, JSONValue?)] {
        [
            ("name", .string(title)), ("version", .string(plan.version.rawValue)),
            ("axes", JSONValue(strings: plan.image.axes.map(\.name))), ("dataType", .string(plan.image.type.rawValue)),
            ("labels", .bool(plan.image.isLabels)), ("method", .string(plan.method.rawValue)),
            ("levels", .array(plan.levels.indices.map(level))), ("objects", JSONValue(plan.objectCount)),
            ("pixelBytes", JSONValue(plan.pixelBytes)), ("peakMemory", JSONValue(plan.memory.peakBytes)),
            ("threads", JSONValue(plan.memory.threads)), ("openFiles", JSONValue(plan.memory.openShards)),
            ("estimate", estimate.map(json)), ("freeBytes", freeBytes.map { JSONValue($0) }),
            ("reasons", JSONValue(strings: plan.reasons)),
        ]
    }

    private func json(_ estimate: ConversionEstimate) -> JSONValue {
        [
            "bytes": JSONValue(estimate.bytes), "objects": JSONValue(objectCount),
            "seconds": JSONValue(estimate.seconds),
            "sampledBytes": JSONValue(estimate.sampledBytes),
        ]
    }

    private func level(_ number: Int) -> JSONValue {
        let level = plan.levels[number]
        var object = JSONObject()
        object["shape"] = JSONValue(level.shape)
        object["factors"] = JSONValue(plan.factors(level: number))
        object["chunk"] = JSONValue(level.chunkShape)
        object["shard"] = level.shardShape.map { JSONValue($0) } ?? .null
        object["scale"] = JSONValue(doubles: level.scale)
        object["translation"] = JSONValue(doubles: level.translation)
        object["objects"] = JSONValue(level.objectCount)
        object["pixelBytes"] = JSONValue(plan.pixelBytes(level: number))
        if let estimate { object["storedBytes"] = JSONValue(estimate.levelBytes[number]) }
        return .object(object)
    }
}
