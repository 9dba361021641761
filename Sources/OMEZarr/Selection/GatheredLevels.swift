public import Zarr

/// An image whose levels lie in several places: those it has, and others that were made for it.
public struct GatheredLevels: ImageSource {
    /// A level of an image.
    public struct Part: Sendable {
        let image: any ImageSource
        let level: Int

        /// The level with this number.
        public init(_ image: any ImageSource, level: Int) {
            self.image = image
            self.level = level
        }
    }

    /// That of the first part's image, but for the levels.
    public let description: ImageDescription
    private let parts: [Part]

    /// - Parameter parts: finest first; at least one. All have the axes and the type of the first, and images do not
    ///   change while they are gathered.
    public init(_ parts: [Part]) {
        precondition(!parts.isEmpty, "an image has at least one level")
        var description = parts[0].image.description
        description.levels = parts.map { $0.image.description.levels[$0.level] }
        self.description = description
        self.parts = parts
    }

    /// That of the level where it lies.
    public func naturalReadShape(level: Int) -> [Int] { parts[level].image.naturalReadShape(level: parts[level].level) }
    /// That of the level where it lies.
    public func readerBytes(level: Int) -> Int { parts[level].image.readerBytes(level: parts[level].level) }
    /// That of the first part's image.
    public var maximumReaders: Int { parts[0].image.maximumReaders }
    /// That of the first part's image.
    public var identity: String { get throws { try parts[0].image.identity } }
    /// As the first part's image sees it.
    public func checkUnchanged() throws { try parts[0].image.checkUnchanged() }
    /// That of the first part's image.
    public var provenance: JSONValue? { parts[0].image.provenance }

    /// A reader for one worker.
    public func makeReader() throws -> any RegionReader { Reader(parts) }

    /// Opens the reader of a level when it is first needed.
    private final class Reader: RegionReader {
        private let parts: [Part]
        private var readers: [(any RegionReader)?]

        init(_ parts: [Part]) {
            self.parts = parts
            readers = parts.map { _ in nil }
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            guard parts.indices.contains(level) else {
                throw OMEZarrError(.invalidCall, "there is no level \(level): the image has \(parts.count), from 0")
            }
            let reader = try readers[level] ?? parts[level].image.makeReader()
            readers[level] = reader
            try reader.read(region, level: parts[level].level, into: pixels)
        }
    }
}
