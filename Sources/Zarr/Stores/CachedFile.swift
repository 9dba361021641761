import CSystemCalls

/// Files of which the system has in memory what is asked for, so that no disk is waited for; Linux knows, others do not
/// tell.
///
/// - Source: openat2(2), `RESOLVE_CACHED`; preadv2(2), `RWF_NOWAIT`.
package enum CachedFile {
    /// Opens a file for reading.
    ///
    /// - Returns: its descriptor; nil where that would take a disk, or fails.
    package static func open(_ path: String) -> Int32? {
        let descriptor = zarr_open_cached(path)
        return descriptor >= 0 ? descriptor : nil
    }

    /// Fills a buffer with the bytes of an open file from `offset` on.
    ///
    /// - Returns: false where that would take a disk, or fails; then the buffer holds anything.
    package static func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        zarr_read_cached(descriptor, buffer.baseAddress, buffer.count, Int64(offset)) == buffer.count
    }
}
