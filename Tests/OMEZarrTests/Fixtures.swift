import Testing
import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The corpus beside the package, used in place.
enum Fixtures {
    /// `../shared/conformance`, seen from the package root.
    static let root = PackageFolder.shared + "/conformance"

    /// Whether the corpus is there.
    static let isPresent = access(root, R_OK) == 0

    /// Said by every test that needs the corpus.
    static let absence: Comment = "skipped: ../shared/conformance is not beside the package"

    /// The store of a folder of the corpus.
    static func store(_ path: String) throws -> DirectoryStore {
        try DirectoryStore(path: "\(root)/\(path)", create: false)
    }

    /// A JSON document of the corpus.
    static func json(_ path: String) throws -> JSONValue {
        let bytes = try DirectoryStore(path: root, create: false).read(StoreKey(path))
        return try JSONValue.parse(try #require(bytes, "there is no \(path)"))
    }

    /// The names of the files in a folder of the corpus, sorted.
    static func names(_ path: String) throws -> [String] { try store(path).list(.root) }

    /// The paths of all files of a name below a folder of the corpus, sorted.
    static func files(_ folder: String, named name: String) throws -> [String] {
        let store = try store(folder)
        var found = [String](), folders = [""]
        while let path = folders.popLast() {
            let names = try store.list(StoreKey(path))
            if names.contains(name) {
                found.append([folder, path, name].filter { !$0.isEmpty }.joined(separator: "/"))
            }
            folders += names.filter { !$0.hasSuffix(".json") && !$0.hasPrefix(".") && $0 != name }
                .map { path.isEmpty ? $0 : "\(path)/\($0)" }
        }
        return found.sorted()
    }
}
