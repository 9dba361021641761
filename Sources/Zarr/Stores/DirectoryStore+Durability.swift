import CSystemCalls

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension DirectoryStore {
    /// Waits until everything written to the file system that holds the directory lies on its disk.
    ///
    /// One call for all files: an `fsync` for each takes 1.5 to 8 ms.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the disk could not take it.
    package func syncAll() throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ZarrError.io("sync", path) }
        defer { close(descriptor) }
        guard zarr_syncfs(descriptor) == 0 else { throw ZarrError.io("sync", path) }
    }

    /// Writes an object that has its name only when its bytes lie on the disk, and waits for the name.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the disk could not take it; it is not there then.
    package func writeDurably(_ key: StoreKey, _ bytes: [UInt8]) throws {
        let writer = try begin(key)
        do {
            try bytes.withUnsafeBytes { try writer.append($0) }
            try (writer as? FileWriter)?.sync()
            try writer.commit()
        } catch {
            writer.abandon()
            throw error
        }
        do {
            try sync(key.parent ?? .root)
        } catch {
            try? remove(key)
            throw error
        }
    }

    /// Waits until an object, and its name in its directory, lie on the disk.
    ///
    /// - Throws: ``ZarrError`` with code `.ioFailure` where the disk could not take it.
    package func sync(_ key: StoreKey) throws {
        for place in [key, key.parent ?? .root] {
            let descriptor = open(file(place), O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw ZarrError.io("sync", file(place), place) }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw ZarrError.io("sync", file(place), place) }
        }
    }
}
