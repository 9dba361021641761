import OMEZarr
import Zarr

/// What `info` says of a group that is no image: its attributes and what is in it.
struct GroupReport {
    private struct Entry {
        let key: StoreKey
        let depth: Int
        let kind: String
        let array: ArrayMetadata?
    }

    private var entries = [Entry]()
    private let isComplete: Bool
    private let attributes: JSONValue
    /// What cannot be understood, and why.
    private(set) var warnings = [String]()

    /// More names than this are not looked at, and more nodes than ``listLimit`` not listed for a person.
    private static let walkLimit = 10_000
    private static let listLimit = 200

    init(_ store: any ReadableStore, _ key: StoreKey = .root) throws {
        attributes = try ZarrNode.require(store, key).attributes
        var entries = [Entry](), warnings = [String]()
        isComplete = try HierarchyWalk.visit(store, key, limit: Self.walkLimit) { below, depth, node in
            do {
                let node = try node.get()
                let kind = try ImageKind.identify(store, below).kind
                let array = node.kind == .array ? try ArrayMetadata.read(from: store, below) : nil
                entries.append(Entry(key: below, depth: depth, kind: InputReport.tag(kind), array: array))
            } catch let error as ZarrError where error.code != .ioFailure {
                warnings.append("\(error)")
            }
        }
        self.entries = entries
        self.warnings = warnings
    }

    /// The report for a person.
    func lines(_ style: Style) -> [String] {
        var table = Table(["node", "kind", "type", "shape", "chunk", "codecs"])
        for entry in entries.dropFirst().prefix(Self.listLimit) {
            table.add([
                String(repeating: "  ", count: entry.depth - 1) + entry.key.name, entry.kind,
                entry.array.map { "\($0.type)" } ?? "", entry.array.map { Quantity.shape($0.shape) } ?? "",
                entry.array.map { Quantity.shape($0.innerChunkShape) } ?? "",
                entry.array.map { CodecSummary.names($0.codecs).joined(separator: ", ") } ?? "",
            ])
        }
        var lines = [String]()
        if let digest = attributes.digest { lines += ["  " + style.faint("attributes  ") + digest, ""] }
        lines += entries.count > 1 ? table.lines(style) : ["  nothing is in it"]
        let hidden = entries.count - 1 - Self.listLimit
        if hidden > 0 || !isComplete { lines.append("  … and \(isComplete ? "\(hidden) more" : "more")") }
        return lines
    }

    /// The report for a program: a line for each node.
    func printJSON() {
        for entry in entries {
            JSONLines.print(
                "node",
                [
                    ("key", .string(entry.key.path)), ("kind", .string(entry.kind)),
                    ("dataType", entry.array.map { .string($0.type.description) }),
                    ("shape", entry.array.map { JSONValue($0.shape) }),
                    ("chunk", entry.array.map { JSONValue($0.innerChunkShape) }),
                    ("codecs", entry.array.map { JSONValue(strings: CodecSummary.names($0.codecs)) }),
                    ("attributes", entry.depth == 0 ? attributes : nil),
                ])
        }
        if !isComplete { JSONLines.print("warning", [("message", "the group holds more than was looked at")]) }
    }
}
