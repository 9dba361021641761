#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files beside the repository that tests use in place, and their tables.
enum SharedFiles {
    /// The folder `../shared` of the package.
    static let folder = PackageFolder.shared

    /// Whether the folder is there; said once where it is not.
    static let areThere: Bool = {
        let found = access(folder + "/corpus/INDEX.tsv", R_OK) == 0
        if !found { print("skipped: ../shared is absent, so the corpus tests cannot run") }
        return found
    }()

    /// The rows of a tab-separated table with a header, by column name.
    static func table(_ path: String) throws -> [[String: String]] {
        let lines = String(decoding: try bytes(folder + "/" + path), as: UTF8.self).split(whereSeparator: \.isNewline)
        let names = lines[0].split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        return lines.dropFirst().map { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(names, cells))
        }
    }

    /// All bytes of a file.
    static func bytes(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw Missing(path: path) }
        defer { close(file) }
        var result = [UInt8]()
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &part, part.count)
            guard count > 0 else { return result }
            result += part[..<count]
        }
    }

    struct Missing: Error { let path: String }
}
