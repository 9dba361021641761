#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder that is removed with its last owner, in TMPDIR or else in /tmp.
public final class TemporaryFolder: Sendable {
    /// What the machine refused.
    public struct Failure: Error {
        /// The file or folder.
        public let path: String
        /// Why.
        public let errno: Int32
    }

    /// The folder's path.
    public let path: String

    /// Makes a folder.
    public init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((base + "/ome-zarr-tests-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(path: base, errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Runs `body` with the path of a folder that is gone afterwards.
    public static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) { try body(folder.path) }
    }

    /// Writes a file.
    public static func write(_ bytes: [UInt8], _ path: String) throws {
        guard let file = fopen(path, "wb") else { throw Failure(path: path, errno: errno) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(path: path, errno: errno) }
    }

    /// What lies in it may be hidden or half written, and a link is no way out of it.
    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            // Safety: d_name is NUL-terminated and lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { remove(path + "/" + name) }
        }
        closedir(directory)
        rmdir(path)
    }
}
