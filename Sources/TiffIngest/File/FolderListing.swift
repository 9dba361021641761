#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files in a folder.
enum FolderListing {
    /// The paths of all files, relative to the folder, sorted. Hidden ones are passed over; links are followed.
    ///
    /// - Parameters:
    ///   - depth: how many folders deep to look; files in between are listed too.
    ///   - limit: most entries that are looked at.
    /// - Throws: ``TiffError``: `.ioFailure` where a folder cannot be read, `.limitExceeded` where there are too many.
    static func files(in folder: String, depth: Int, limit: Int) throws -> [String] {
        var left = limit
        return try files(in: folder, prefix: "", depth: depth, &left).sorted()
    }

    private static func files(
        in folder: String, prefix: String, depth: Int, _ left: inout Int
    ) throws -> [String] {
        let place = prefix.isEmpty ? folder : folder + "/" + prefix
        guard let directory = opendir(place) else {
            let code = errno
            throw TiffError(
                .ioFailure, "the folder cannot be read: \(String(cString: strerror(code)))", path: place, errno: code)
        }
        defer { closedir(directory) }
        var found: [String] = []
        errno = 0
        while let entry = readdir(directory) {
            defer { errno = 0 }
            // Safety: d_name is NUL-terminated and lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            left -= 1
            guard left >= 0 else {
                throw TiffError(.limitExceeded, "the folder holds too many files", path: folder)
            }
            var status = stat()
            guard stat(place + "/" + name, &status) == 0 else { continue }
            let path = prefix.isEmpty ? name : prefix + "/" + name
            if status.st_mode & S_IFMT == S_IFREG {
                found.append(path)
            } else if status.st_mode & S_IFMT == S_IFDIR, depth > 0 {
                found += try files(in: folder, prefix: path, depth: depth - 1, &left)
            }
        }
        // An error ends a directory as its end does.
        let code = errno
        guard code == 0 else {
            throw TiffError(
                .ioFailure, "the folder cannot be read: \(String(cString: strerror(code)))", path: place, errno: code)
        }
        return found
    }
}
