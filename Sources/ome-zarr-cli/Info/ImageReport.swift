import OMEZarr
import TiffIngest
import Zarr

/// What `info` says of one image, for people and for programs.
struct ImageReport {
    /// How one level is stored: chunk, shard, codecs; empty for a TIFF.
    struct LevelStorage {
        var path: String
        var chunk: [Int]
        var shard: [Int]?
        var codecs: [String]
    }

    let image: ImageDescription
    /// Where the image lies within the input: a series, a key; nil where it is the only one.
    let title: String?
    /// What else there is to say, as pairs of a word and its value.
    let facts: [(String, String)]
    let storage: [LevelStorage]

    /// The report for a person.
    func lines(_ style: Style) -> [String] {
        var lines = [String]()
        if let title { lines.append(style.strong(title)) }
        let all = [("name", image.name ?? ""), ("pixels", pixels), ("axes", axes)] + facts
        let present = all.filter { !$0.1.isEmpty }, width = (present.map(\.0.count).max() ?? 0) + 2
        for (word, value) in present {
            lines.append("  " + style.faint(word.padded(to: width)) + VisibleText.line(value))
        }
        lines += [""] + levelTable.lines(style)
        // A single channel of which nothing is known is not worth a table.
        let saysMore = image.channels.count > 1 || image.channels.contains { $0 != Channel() }
        if saysMore {
            lines += [""] + channelTable.lines(style)
            let hidden = image.channels.count - Self.channelLimit
            if hidden > 0 { lines.append("  … and \(hidden) more: --json lists them all") }
        }
        return lines
    }

    /// The report for a program.
    func printJSON() {
        JSONLines.print(
            "image",
            [
                ("name", image.name.map(JSONValue.string)), ("series", title.map(JSONValue.string)),
                ("pixelType", .string(image.type.rawValue)), ("shape", JSONValue(image.shape)),
                ("axes", .array(image.axes.map(Self.json))), ("rgb", .bool(image.isRGB)),
                ("labels", .bool(image.isLabels)),
            ] + facts.filter { !$0.1.isEmpty }.map { (Self.key($0.0), .string($0.1)) })
        for (index, level) in image.levels.enumerated() {
            let stored = storage.indices.contains(index) ? storage[index] : nil
            JSONLines.print(
                "level",
                [
                    ("index", JSONValue(index)), ("path", stored.map { .string($0.path) }),
                    ("shape", JSONValue(level.shape)), ("chunk", stored.map { JSONValue($0.chunk) }),
                    ("shard", stored?.shard.map { JSONValue($0) }),
                    ("codecs", stored.map { JSONValue(strings: $0.codecs) }),
                    ("scale", JSONValue(doubles: level.scale)), ("translation", JSONValue(doubles: level.translation)),
                ])
        }
        for (index, channel) in image.channels.enumerated() { Self.printJSON(channel, index) }
    }

    private var pixels: String {
        let count = image.shape.reduce(1.0) { $0 * Double($1) }
        let bytes = count * Double(image.type.size)
        let kind = image.isRGB ? ", RGB" : image.isLabels ? ", labels" : ""
        return "\(image.type)\(kind), \(Quantity.bytes(Int(min(bytes, 9e18)))) at full resolution"
    }

    /// `c 3, y 2048 (0.325 µm), x 2048 (0.325 µm)`.
    private var axes: String {
        zip(image.axes, image.shape).map { axis, extent in
            var text = "\(axis.name) \(extent)"
            if let unit = axis.unit {
                text += " (\(Quantity.plain(axis.spacing)) \(Self.symbols[unit] ?? unit))"
            } else if axis.spacing != 1 {
                text += " (\(Quantity.plain(axis.spacing)))"
            }
            return text
        }.joined(separator: ", ")
    }

    private static let symbols = [
        "nanometer": "nm", "micrometer": "µm", "millimeter": "mm", "centimeter": "cm", "meter": "m", "angstrom": "Å",
        "millisecond": "ms", "second": "s", "minute": "min", "hour": "h",
    ]

    private var levelTable: Table {
        var table = Table(["level", "shape", "chunk", "shard", "scale", "translation", "codecs"])
        for (index, level) in image.levels.enumerated() {
            let stored = storage.indices.contains(index) ? storage[index] : nil
            let moved = level.translation.contains { $0 != 0 }
            table.add([
                stored.map { $0.path } ?? "\(index)", Quantity.shape(level.shape),
                stored.map { Quantity.shape($0.chunk) } ?? "", stored?.shard.map(Quantity.shape) ?? "",
                level.scale.map(Quantity.plain).joined(separator: ", "),
                moved ? level.translation.map(Quantity.plain).joined(separator: ", ") : "",
                stored?.codecs.joined(separator: ", ") ?? "",
            ])
        }
        return table
    }

    /// More channels than this are counted, not listed.
    private static let channelLimit = 24

    private var channelTable: Table {
        var table = Table(["channel", "name", "colour", "window", "range", "emission"])
        for (index, channel) in image.channels.prefix(Self.channelLimit).enumerated() {
            table.add([
                "\(index)" + (channel.isActive ? "" : " (off)"), channel.name ?? "", channel.color?.hexadecimal ?? "",
                channel.window.map { "\(Quantity.plain($0.start)) to \(Quantity.plain($0.end))" } ?? "",
                channel.window.map { "\(Quantity.plain($0.min)) to \(Quantity.plain($0.max))" } ?? "",
                channel.emissionWavelength.map { "\(Quantity.plain($0)) nm" } ?? "",
            ])
        }
        return table
    }

    /// A word or two as a key: "label images" is `labelImages`.
    private static func key(_ words: String) -> String {
        let parts = words.split(separator: " ")
        return parts.dropFirst().reduce(String(parts.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    private static func json(_ axis: Axis) -> JSONValue {
        var object = JSONObject()
        object["name"] = .string(axis.name)
        switch axis.kind {
        case .time: object["type"] = "time"
        case .channel: object["type"] = "channel"
        case .space: object["type"] = "space"
        case .custom(let kind): object["type"] = kind.map(JSONValue.string)
        }
        object["unit"] = axis.unit.map(JSONValue.string)
        return .object(object)
    }

    private static func printJSON(_ channel: Channel, _ index: Int) {
        let window = channel.window.map { window -> JSONValue in
            [
                "min": JSONValue(window.min), "max": JSONValue(window.max), "start": JSONValue(window.start),
                "end": JSONValue(window.end),
            ]
        }
        JSONLines.print(
            "channel",
            [
                ("index", JSONValue(index)), ("name", channel.name.map(JSONValue.string)),
                ("color", channel.color.map { .string($0.hexadecimal) }), ("window", window),
                ("active", .bool(channel.isActive)),
                ("emissionWavelength", channel.emissionWavelength.map { JSONValue($0) }),
                ("excitationWavelength", channel.excitationWavelength.map { JSONValue($0) }),
            ])
    }
}

extension String {
    /// The text followed by blanks up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
