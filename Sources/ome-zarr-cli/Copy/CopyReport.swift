import Pyramid
import Zarr

/// What a copy is going to do, for people and for programs.
struct CopyReport {
    let plan: HierarchyCopyPlan
    let title: String

    /// More arrays than this are counted, not listed: one screen, not ten.
    private static let listLimit = 24

    /// Prints the plan as a table.
    func printTable() {
        let style = Style()
        Output.line(style.strong(title) + "  \(plan.sourceFormat) -> \(plan.format)")
        var table = Table(["array", "shape", "chunk", "shard", "files", "how"])
        for (key, array) in arrays.prefix(Self.listLimit) {
            let target = array.target
            table.add([
                key.description, Quantity.shape(target.shape), Quantity.shape(target.innerChunkShape),
                target.isSharded ? Quantity.shape(target.chunkShape) : "",
                String(array.objectCount), Self.phrase(array.method),
            ])
        }
        if !arrays.isEmpty { Output.line("\n" + table.lines(style).joined(separator: "\n")) }
        if arrays.count > Self.listLimit {
            Output.line("  … and \(arrays.count - Self.listLimit) more: --json lists them all")
        }
        Output.line("\n  \(Quantity.bytes(plan.pixelBytes)) of pixels before compression")
        Output.line("  peak memory \(Quantity.bytes(plan.peakBytes)) and some 20 MB for the program")
        if plan.spillBytes > 0 {
            Output.line("  up to \(Quantity.bytes(plan.spillBytes)) on the disk between two passes")
        }
        for warning in plan.warnings { Output.line(style.faint("  - \(warning)")) }
    }

    /// Prints the plan as one object, and each array as another.
    func printJSON() {
        for (key, array) in arrays {
            let target = array.target
            JSONLines.print(
                "array",
                [
                    ("key", .string(key.path)), ("shape", JSONValue(target.shape)),
                    ("dataType", .string("\(target.type)")), ("chunk", JSONValue(target.innerChunkShape)),
                    ("shard", target.isSharded ? JSONValue(target.chunkShape) : .null),
                    ("codecs", JSONValue(strings: CodecSummary.names(target.codecs))),
                    ("objects", JSONValue(array.objectCount)), ("method", .string(Self.tag(array.method))),
                    ("passes", JSONValue(Self.passes(array.method))),
                    ("peakMemory", JSONValue(array.peakBytes(threads: plan.threads(array)))),
                ])
        }
        JSONLines.print(
            "plan",
            [
                ("name", .string(title)), ("from", .string("\(plan.sourceFormat)")), ("to", .string("\(plan.format)")),
                ("arrays", JSONValue(arrays.count)), ("pixelBytes", JSONValue(plan.pixelBytes)),
                ("peakMemory", JSONValue(plan.peakBytes)), ("temporaryBytes", JSONValue(plan.spillBytes)),
                ("reasons", JSONValue(strings: plan.warnings)),
            ])
    }

    private var arrays: [(StoreKey, ArrayCopyPlan)] {
        plan.nodes.compactMap { if case .array(let array) = $0.content { ($0.key, array) } else { nil } }
    }

    private static func phrase(_ method: ArrayCopyPlan.Method) -> String {
        switch method {
        case .objects: "copied as stored"
        case .chunks: "chunks moved as encoded"
        case .rechunk(let plan): plan.passes == 1 ? "decoded, encoded" : "decoded, encoded in two passes"
        }
    }

    private static func tag(_ method: ArrayCopyPlan.Method) -> String {
        switch method {
        case .objects: "objects"
        case .chunks: "chunks"
        case .rechunk: "rechunk"
        }
    }

    /// How often pixels go through memory.
    private static func passes(_ method: ArrayCopyPlan.Method) -> Int {
        if case .rechunk(let plan) = method { plan.passes } else { 0 }
    }
}
