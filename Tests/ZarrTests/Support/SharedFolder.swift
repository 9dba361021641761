import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder `../shared` next to the package, which holds other people's files and is not part of the repository.
enum SharedFolder {
    /// The package's root, found from this file.
    static let package: String = {
        var path = #filePath[...]
        for _ in 0..<4 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return String(path)
    }()

    static let conformance = package + "/../shared/conformance"

    /// False, and said so in one line, where the files are absent.
    static let hasConformance: Bool = {
        if access(conformance + "/EXPECTED_VALUES.json", R_OK) == 0 { return true }
        print("skipped: tests on other people's arrays, because ../shared/conformance is absent")
        return false
    }()
}

/// A directory that is removed with its last owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/zarr-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ZarrError(.ioFailure, "cannot make a temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if let store = try? DirectoryStore(path: path, create: false) {
            for name in (try? store.list(.root)) ?? [] { try? store.remove(StoreKey(name)) }
        }
        rmdir(path)
    }
}
