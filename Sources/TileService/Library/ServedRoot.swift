import Zarr

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file or folder that somebody chose to serve, and the fence around it: nothing outside is read, however links in it
/// point.
struct ServedRoot: Sendable, Hashable {
    /// As given, for messages.
    let path: String
    /// Without links, without a "/" at its end; where everything served from here must lie.
    let place: String
    /// True for a file.
    let isFile: Bool

    /// - Throws: ``ZarrError`` with code `.notFound` where nothing is there.
    init(_ path: String) throws {
        guard let place = Self.resolved(path) else {
            throw ZarrError(
                .notFound, "cannot serve \(path): \(String(cString: strerror(errno))); check the path", errno: errno)
        }
        var status = stat()
        isFile = stat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        self.path = path
        self.place = place
    }

    /// Where the files of an image must lie: of a file that somebody chose, also those beside it that belong to it.
    var fence: String {
        guard isFile, let slash = place.utf8.lastIndex(of: UInt8(ascii: "/")) else { return place }
        return slash == place.utf8.startIndex ? "/" : String(place[..<slash])
    }

    /// Whether a path without links lies in the root.
    func holds(_ resolved: String) -> Bool {
        resolved == place || place == "/" || resolved.utf8.starts(with: (place + "/").utf8)
    }

    /// A path without links; nil where nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
