#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which folder a key leads to, by whatever links.
package struct FolderIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    fileprivate init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }
}

extension DirectoryStore {
    /// The folder at a key; nil where there is none.
    package func folderIdentity(_ key: StoreKey) -> FolderIdentity? {
        var status = stat()
        return stat(file(key), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? FolderIdentity(status) : nil
    }
}
