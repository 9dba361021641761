import Zarr

/// What Micro-Manager notes of each plane, in JSON of its own for each page.
///
/// `{"axes": ["t", "c", "z"], "shape": […], "Camera": "Andor", "ElapsedTime-ms": [0, 31.5, …]}`: a member of the JSON is
/// one value where all planes with notes have the same, else an array with one for each plane in C order of the axes, null where a
/// plane has none. Members that no longer fit into 1 MiB are only counted, as `omitted`.
///
/// - Source: Micro-Manager, "Image file stack" (tag 51123, MicroManagerMetadata).
struct MicroManagerRecord {
    private static let tag = Tag(rawValue: 51123)
    /// Planes of more than these stay with the source: each costs reading a directory before the first pixel.
    private static let mostPlanes = 1 << 12
    private static let mostBytes = 1 << 20
    /// Bytes of JSON that are read, because memory for its values is a multiple of them: planes behind count as having none.
    private static let mostRead = 4 << 20
    private static let limits = JSONLimits(bytes: 256 << 10, depth: 16, values: 1 << 14)

    private let count: Int
    /// Planes that have notes.
    private var noted = 0
    /// The members in the order in which they were met, and for each the values of the planes.
    private var members: [(name: String, values: [Int: JSONValue])] = []
    private var places: [String: Int] = [:]

    /// The record of an image; nil where its first plane has no such notes, or they are too many.
    static func json(_ image: TiffImage) -> JSONValue? {
        let planes = image.levels[0].planes
        guard planes.count <= mostPlanes else { return nil }
        var record = MicroManagerRecord(count: planes.count), left = mostRead, reader: DirectoryReader?,
            file: Int32 = -1
        for (number, plane) in planes.enumerated() where !plane.isAbsent && !plane.isBare {
            if plane.file != file || reader == nil {
                file = plane.file
                reader = (try? image.files.file(Int(file))).map {
                    DirectoryReader($0, header: image.files.members[Int(file)].header, limits: image.limits)
                }
            }
            guard let notes = reader.flatMap({ notes(plane, $0, &left) }) else {
                // Who writes them writes them for the first page, too.
                if record.members.isEmpty { return nil }
                continue
            }
            record.add(notes, of: number)
        }
        return record.members.isEmpty ? nil : record.json(shape: [image.times, image.pageChannels, image.depths])
    }

    private init(count: Int) { self.count = count }

    private static func notes(_ plane: PlaneLocation, _ reader: DirectoryReader, _ left: inout Int) -> JSONObject? {
        guard let directory = try? reader.directory(at: plane.offset), let field = directory[tag],
            field.valueSize == 1, field.count <= min(limits.bytes, left), var text = try? reader.contents(of: field)
        else { return nil }
        left -= text.count
        while text.last == 0 { text.removeLast() }
        return (try? JSONValue.parse(text, limits: limits))?.object
    }

    private mutating func add(_ notes: JSONObject, of plane: Int) {
        noted += 1
        for (name, value) in notes {
            let place = places[name] ?? members.count
            if place == members.count {
                places[name] = place
                members.append((name, [:]))
            }
            members[place].values[plane] = value
        }
    }

    private func json(shape: [Int]) -> JSONValue {
        var record: JSONObject = ["axes": ["t", "c", "z"], "shape": JSONValue(shape)], left = Self.mostBytes,
            omitted = 0
        for (name, values) in members where record[name] == nil {
            let value = value(values), bytes = name.utf8.count + value.serialized().count
            guard bytes <= left else {
                omitted += 1
                continue
            }
            left -= bytes
            record[name] = value
        }
        if omitted > 0 { record["omitted"] = JSONValue(omitted) }
        return .object(record)
    }

    private func value(_ values: [Int: JSONValue]) -> JSONValue {
        if values.count == noted, let first = values.first?.value, values.allSatisfy({ $0.value == first }) {
            return first
        }
        return .array((0..<count).map { values[$0] ?? .null })
    }
}
