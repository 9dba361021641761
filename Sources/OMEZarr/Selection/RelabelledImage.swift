import Zarr

/// An image that is described differently: the same pixels, all levels.
public struct RelabelledImage: ImageSource {
    /// The description after the changes.
    public let description: ImageDescription
    private let source: any ImageSource

    /// - Throws: ``OMEZarrError`` with code `.invalidCall` where the image has no place for a change.
    public init(_ source: any ImageSource, _ changes: ImageChanges) throws {
        self.source = source
        description = try changes.applied(to: source.description)
    }

    /// That of the source.
    public func naturalReadShape(level: Int) -> [Int] { source.naturalReadShape(level: level) }
    /// That of the source.
    public func readerBytes(level: Int) -> Int { source.readerBytes(level: level) }
    /// That of the source.
    public var maximumReaders: Int { source.maximumReaders }
    /// That of the source.
    public var identity: String { get throws { try source.identity } }

    /// As the image behind sees it.
    public func checkUnchanged() throws { try source.checkUnchanged() }
    /// That of the source.
    public func makeReader() throws -> any RegionReader { try source.makeReader() }
}
