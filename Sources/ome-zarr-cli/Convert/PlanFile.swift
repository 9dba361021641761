import OMEZarr
import Pyramid
import Zarr

/// A plan as a file: the options it was made from, and what is planned for each image, to be looked at and carried out
/// later, perhaps elsewhere.
struct PlanFile {
    let arguments: [String]
    private let name: String?
    private let document: JSONValue

    /// The file for a conversion that was prepared.
    init(_ prepared: PreparedConversion) {
        arguments = prepared.identity.arguments
        name = prepared.identity.name
        var document = prepared.identity.json
        // The input is another one where the file is used again.
        (document["input"], document["source"]) = (nil, nil)
        document["images"] = .array(prepared.plans.map(Self.describe))
        self.document = document
    }

    /// - Throws: ``Refusal`` where the file is no plan; ``ZarrError`` where it cannot be read.
    init(path: String) throws {
        let folder = try DirectoryStore(path: FilePlace.folder(of: path), create: false)
        guard let bytes = try folder.read(StoreKey(FilePlace.name(of: path))) else {
            throw Refusal("there is no plan \(path): check the path")
        }
        guard let document = try? JSONValue.parse(bytes), document["images"]?.array != nil,
            let arguments = document["arguments"]?.array
        else { throw Refusal("\(path) is no plan: write one with 'ome-zarr convert … --dry-run --save-plan \(path)'") }
        self.document = document
        self.arguments = arguments.compactMap(\.string)
        name = document["name"]?.string
    }

    /// What images without a name are called.
    var imageName: String? { name }

    /// Writes the file.
    func write(to path: String) throws {
        let folder = try DirectoryStore(path: FilePlace.folder(of: path), create: false)
        try folder.write(StoreKey(FilePlace.name(of: path)), document.serialized(pretty: true))
    }

    /// - Throws: ``Refusal`` where a conversion would not be the one planned.
    func check(_ prepared: PreparedConversion, path: String) throws {
        let now = PlanFile(prepared).document
        if now == document { return }
        let what: String
        if now["program"] != document["program"] {
            what = "it was made by \(document["program"]?.string ?? "another program")"
        } else if now["images"]?.array?.count != document["images"]?.array?.count {
            what =
                "it is for \(document["images"]?.array?.count ?? 0) images, and the input has \(prepared.plans.count)"
        } else {
            what = "the input is another image than the one it was made for"
        }
        throw Refusal("the plan \(path) does not fit: \(what); make a new one with --dry-run --save-plan")
    }

    private static func describe(_ plan: PyramidPlan) -> JSONValue {
        [
            "name": plan.image.name.map { .string($0) } ?? .null, "version": .string(plan.version.rawValue),
            "method": .string(plan.method.rawValue), "fingerprint": .string(plan.fingerprint),
            "levels": .array(
                plan.levels.map { level in
                    [
                        "shape": JSONValue(level.shape), "chunk": JSONValue(level.chunkShape),
                        "shard": level.shardShape.map { JSONValue($0) } ?? .null,
                        "scale": JSONValue(doubles: level.scale), "translation": JSONValue(doubles: level.translation),
                    ]
                }),
        ]
    }
}

/// A path to a file as a folder and a name in it.
enum FilePlace {
    /// The folder's path; "." where the path is only a name.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The part behind the last "/".
    static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}
