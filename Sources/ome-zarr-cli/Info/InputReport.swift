import OMEZarr
import TiffIngest
import Zarr

/// What `info` says of a path: what it is, then each of its images.
struct InputReport {
    /// One line about the whole.
    let headline: String
    /// The same for programs: key and value.
    let members: [(String, JSONValue?)]
    let images: [ImageReport]
    /// What there is to say of an array that is no image.
    private let array: ArrayReport?
    /// What there is to say of a group that is no image.
    private let group: GroupReport?
    /// What was ignored and why.
    let warnings: [String]

    /// More images than this are counted, not listed: one screen, not ten.
    private static let listLimit = 8

    init(_ input: ImageInput) throws {
        switch input {
        case .tiff(let document): self.init(document)
        case .zarr(let place, let identification): try self.init(place.store, place.key, identification)
        }
    }

    private init(_ document: TiffDocument) {
        let format = document.isBigTIFF ? "BigTIFF" : "TIFF"
        var parts = [document.flavour == "TIFF" ? "plain \(format)" : "\(document.flavour) (\(format))"]
        if document.isBigEndian { parts.append("big-endian") }
        parts.append(Self.count(document.directoryCount, "page", "pages"))
        if document.fileCount > 1 { parts.append("\(document.fileCount) files") }
        if document.series.count > 1 { parts.append("\(document.series.count) series") }
        headline = parts.joined(separator: ", ")
        members = [
            ("kind", "tiff"), ("flavour", .string(document.flavour)), ("bigTIFF", .bool(document.isBigTIFF)),
            ("byteOrder", document.isBigEndian ? "big" : "little"), ("pages", JSONValue(document.directoryCount)),
            ("files", JSONValue(document.fileCount)), ("series", JSONValue(document.series.count)),
        ]
        images = document.series.enumerated().map { index, image in
            ImageReport(
                image: image.description, title: document.series.count > 1 ? "series \(index)" : nil,
                facts: [
                    ("compression", image.storage.compression), ("blocks", image.storage.blocks),
                    ("photometric", image.storage.photometric),
                ], storage: [])
        }
        array = nil
        group = nil
        warnings = document.warnings
    }

    private init(_ store: any ReadableStore, _ key: StoreKey, _ identification: Identification) throws {
        let format = identification.zarrFormat.description
        let version = identification.version.map { "OME-Zarr \($0) (\(format))" } ?? format
        headline = "\(version), \(identification.kind.phrase)"
        members = [
            ("kind", .string(Self.tag(identification.kind))), ("version", identification.version.map(JSONValue.string)),
            ("zarrFormat", identification.zarrFormat.version.map { JSONValue($0) }),
        ]
        var images: [ImageReport] = [], warnings: [String] = [], array: ArrayReport?, group: GroupReport?
        switch identification.kind {
        case .group:
            do {
                if let image = try N5Image(store, key) { images = [Self.report(image)] }
            } catch {
                warnings.append("\(error)")
            }
            let report = try GroupReport(store, key)
            group = report
            warnings += report.warnings
        case .array:
            let report = try ArrayReport(store, key)
            array = report
            warnings = [report.warning].compactMap { $0 }
        default:
            // One part that is missing or damaged says nothing about the others.
            let keys = try OMEZarrImage.imageKeys(store, key) { warnings.append("\($0)") }
            for key in keys {
                do {
                    let image = try OMEZarrImage.open(store, key)
                    images.append(try Self.report(image, title: keys.count > 1 ? key.path : nil))
                    warnings += image.metadata.warnings
                } catch  where key != .root {
                    warnings.append("\(error)")
                }
            }
        }
        self.images = images
        self.array = array
        self.group = group
        self.warnings = warnings
    }

    private static func report(_ image: OMEZarrImage, title: String?) throws -> ImageReport {
        let labels = try image.labelPaths()
        return ImageReport(
            image: image.description, title: title, facts: [("label images", labels.joined(separator: ", "))],
            storage: zip(image.levels, image.metadata.datasets).map { storage($0.metadata, path: $1.path) })
    }

    private static func report(_ image: N5Image) -> ImageReport {
        ImageReport(
            image: image.description, title: nil, facts: [],
            storage: image.levels.map { storage($0.metadata, path: $0.key.name) })
    }

    private static func storage(_ array: ArrayMetadata, path: String) -> ImageReport.LevelStorage {
        var codecs = array.codecs
        let isSharded = codecs.count == 1 && codecs[0].name == "sharding_indexed"
        if isSharded, let inner = codecs[0].configuration["codecs"]?.array {
            codecs = inner.compactMap { try? CodecSpec(json: $0) }
        }
        return ImageReport.LevelStorage(
            path: path, chunk: array.innerChunkShape, shard: isSharded ? array.chunkShape : nil,
            codecs: CodecSummary.names(codecs.filter { $0.name != "bytes" }))
    }

    /// The kind in a word for programs.
    static func tag(_ kind: ImageKind) -> String {
        switch kind {
        case .image: "image"
        case .labelImage: "label"
        case .labels: "labels"
        case .plate: "plate"
        case .well: "well"
        case .bioFormats2Raw: "collection"
        case .scene: "scene"
        case .group: "group"
        case .array: "array"
        }
    }

    private static func count(_ count: Int, _ one: String, _ many: String) -> String {
        count == 1 ? "1 \(one)" : "\(count) \(many)"
    }

    /// Prints the report for a person.
    func print(path: String, _ style: Style) {
        Output.line(style.strong(path) + "  " + headline)
        let lines = (array?.lines(style) ?? []) + (group?.lines(style) ?? [])
        if !lines.isEmpty { Output.line("\n" + lines.joined(separator: "\n")) }
        for image in images.prefix(Self.listLimit) {
            Output.line()
            for line in image.lines(style) { Output.line(line) }
        }
        if images.count > Self.listLimit {
            Output.line("\n… and \(images.count - Self.listLimit) more: --json lists them all")
        }
        for warning in warnings { Output.line(style.doubtful("warning: ") + warning) }
    }

    /// Prints the report for a program.
    func printJSON(path: String) {
        JSONLines.print("input", [("path", .string(path))] + members)
        array?.printJSON()
        group?.printJSON()
        for image in images { image.printJSON() }
        for warning in warnings { JSONLines.print("warning", [("message", .string(warning))]) }
    }
}
