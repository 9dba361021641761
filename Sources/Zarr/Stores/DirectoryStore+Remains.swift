#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension DirectoryStore {
    /// Removes the temporary files that writers left which were killed. Nobody may be writing. Costs a look at every
    /// name below the directory.
    package func removeTemporaryFiles() throws { try removeTemporaryFiles(below: path, depth: 0) }

    private func removeTemporaryFiles(below folder: String, depth: Int) throws {
        guard depth < 512, let directory = opendir(folder) else { return }
        var folders: [String] = []
        errno = 0
        while let entry = readdir(directory) {
            // Safety: d_name is NUL-terminated and lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            if TemporaryName.matches(name) {
                guard unlink(folder + "/" + name) == 0 || errno == ENOENT else {
                    closedir(directory)
                    throw ZarrError.io("remove", folder + "/" + name)
                }
            } else if isFolder(folder + "/" + name, Int32(entry.pointee.d_type)) {
                folders.append(name)
            }
            errno = 0
        }
        let code = errno
        closedir(directory)
        errno = code
        guard code == 0 else { throw ZarrError.io("list", folder) }
        for name in folders { try removeTemporaryFiles(below: folder + "/" + name, depth: depth + 1) }
    }

    /// True where a part of a key's path is a symbolic link: what it leads to may lie outside the store.
    package func leadsThroughLink(_ key: StoreKey) -> Bool {
        var place: StoreKey? = key, status = stat()
        while let part = place, part != .root {
            if lstat(path + "/" + part.path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK { return true }
            place = part.parent
        }
        return false
    }

    /// Links are not followed: what they lead to is not ours to tidy.
    private func isFolder(_ path: String, _ type: Int32) -> Bool {
        if type != Int32(DT_UNKNOWN) { return type == Int32(DT_DIR) }
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
