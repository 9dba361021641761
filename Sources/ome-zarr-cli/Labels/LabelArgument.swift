import ArgumentParser
import OMEZarr
import TiffIngest

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A mask on the command line: `mask.tif`, or `mask.tif:cells` to say what its labels are called.
struct LabelArgument: ExpressibleByArgument, Sendable, Equatable {
    let path: String
    /// The name of the group: given, else made from the file's name.
    let name: String

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        var path = argument, given: String?
        // A file may have a ":" in its name.
        if access(argument, F_OK) != 0, let colon = argument.lastIndex(of: ":"), colon > argument.startIndex {
            path = String(argument[..<colon])
            given = String(argument[argument.index(after: colon)...])
        }
        let name = given ?? Self.name(ofFile: path)
        guard Self.isName(name) else { return nil }
        self.path = path
        self.name = name
    }

    /// The mask of an earlier conversion: where it was then, or else beside the input.
    ///
    /// - Throws: ``Refusal`` where it is in neither place.
    func located(beside input: String) throws -> LabelArgument {
        let folder = FilePlace.folder(of: input)
        let places = [path, "\(folder)/\(path)", "\(folder)/\(FilePlace.name(of: path))"]
        guard let place = places.first(where: { access($0, F_OK) == 0 }) else {
            throw Refusal(
                "the labels \(name) came from \(path), which is neither there nor beside the input, as "
                    + "\(places[2]): put the file there, or work from the folder of the conversion")
        }
        return LabelArgument(path: place, name: name)
    }

    private init(path: String, name: String) {
        self.path = path
        self.name = name
    }

    /// The mask's image.
    ///
    /// - Throws: ``UsageError`` where the file holds several.
    func image() throws -> any ImageSource {
        let images = try ImageInput.open(path).images(series: nil)
        guard images.count == 1 else {
            throw UsageError("\(path) holds \(images.count) images: labels are one; save the one meant by itself")
        }
        return images[0]
    }

    /// Letters, digits and "-_." make a name every file system and reader takes.
    static func isName(_ name: String) -> Bool {
        !isReserved(name) && name.utf8.count <= 200 && name.utf8.allSatisfy(isSafe)
    }

    /// Whether a group cannot be called so, because the documents of Zarr are, also where case does not count.
    ///
    /// - Source: Zarr v3 core, "Node names".
    static func isReserved(_ name: String) -> Bool {
        name.isEmpty || name.hasPrefix(".") || name.hasPrefix("__") || name.lowercased() == "zarr.json"
    }

    /// Refuses a name that is one of others but for the case: some file systems have place for only one of them.
    static func refuse(_ name: String, besides others: [String]) throws {
        if let other = others.first(where: { $0 != name && $0.lowercased() == name.lowercased() }) {
            throw UsageError(
                "the image has labels called \(other), which differ from \(name) only in case: choose another name")
        }
    }

    private static func name(ofFile path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? "labels"
        for ending in [".tiff", ".tif", ".ozx", ".zarr", ".ome"] where name.lowercased().hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        let safe = String(decoding: name.utf8.map { isSafe($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        return isName(safe) ? safe : "labels"
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
