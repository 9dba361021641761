extension ZarrArray {
    /// A reader that belongs to one thread and uses so many to read each region.
    public func makeReader(threads: Int = 1) throws -> ZarrArrayReader { ZarrArrayReader(self, threads: threads) }

    /// A reader of one thread that decodes in the scratch memory of that thread.
    package func makeReader(sharing workspace: CodecWorkspace) -> ZarrArrayReader {
        ZarrArrayReader(self, sharing: workspace)
    }

    /// The pixels of a region. Makes a reader for this one call; keep one from ``makeReader(threads:)`` to read many
    /// regions.
    ///
    /// - Throws: as ``ZarrArrayReader/read(_:)``.
    public func read(_ region: Region, threads: Int = 1) throws -> PixelBuffer {
        try makeReader(threads: threads).read(region)
    }

    /// - Throws: ``ZarrError`` with code `.invalidCall` where the region leaves the array.
    func check(_ region: Region) throws {
        guard region.lies(within: metadata.shape) else {
            throw ZarrError(
                .invalidCall,
                "the region from \(region.origin) of shape \(region.shape) leaves the array, whose shape is "
                    + "\(metadata.shape)", key: key)
        }
    }
}
