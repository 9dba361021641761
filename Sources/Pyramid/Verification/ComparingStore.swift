import OMEZarr
import Synchronization
public import Zarr

/// A store that a conversion is run into to see whether it holds what the conversion would write: pixels are compared,
/// nothing is changed.
///
/// Documents are not compared: the manifest knows them, and their windows follow from the pixels.
public final class ComparingStore: WritableStore {
    private let base: any ReadableStore
    private let discrepancies: Discrepancies
    private let skipsLevelZero: Bool
    private let seen = Mutex<Set<StoreKey>>([])

    /// - Parameters:
    ///   - discrepancies: takes what differs.
    ///   - skipsLevelZero: where the store itself is the source, level 0 is its own proof.
    public init(_ base: any ReadableStore, _ discrepancies: Discrepancies, skipsLevelZero: Bool = false) {
        self.base = base
        self.discrepancies = discrepancies
        self.skipsLevelZero = skipsLevelZero
    }

    /// The name of the store behind.
    public var name: String { base.name }

    /// The arrays that were compared, chunk by chunk.
    public var comparedArrays: Set<StoreKey> { seen.withLock { $0 } }

    /// What compares the levels of an image.
    func levels(_ key: StoreKey, _ plan: PyramidPlan) throws -> ComparedLevels {
        let arrays = try plan.levels.indices.map { level -> ZarrArray? in
            let place = try key.appending(String(level))
            _ = seen.withLock { $0.insert(place) }
            return try open(place, plan.levels[level], plan.image.type)
        }
        return ComparedLevels(
            plan: plan, arrays: arrays, discrepancies: discrepancies, skipsLevelZero: skipsLevelZero)
    }

    private func open(_ key: StoreKey, _ level: PyramidPlan.Level, _ type: PixelType) throws -> ZarrArray? {
        do {
            let array = try ZarrArray.open(base, key), metadata = array.metadata
            // Chunks that are others than planned might take any amount of memory.
            let isChunked = skipsLevelZero || metadata.innerChunkShape == level.chunkShape
            if metadata.shape == level.shape, metadata.type == .pixel(type), isChunked { return array }
            discrepancies.note(
                key,
                "is \(metadata.type) of shape \(metadata.shape) in chunks of \(metadata.innerChunkShape), and should be "
                    + "\(type) of shape \(level.shape) in chunks of \(level.chunkShape)")
        } catch let error as ZarrError where error.code != .ioFailure {
            discrepancies.note(key, "cannot be opened: \(error)")
        }
        return nil
    }
}

extension ComparingStore {
    /// Writes nothing.
    public func write(_ key: StoreKey, _ bytes: UnsafeRawBufferPointer) throws {}

    /// Writes nothing.
    public func begin(_ key: StoreKey) throws -> any ObjectWriter { NoWriter() }

    /// Removes nothing.
    public func remove(_ key: StoreKey) throws {}

    /// The whole object as it is stored.
    public func read(_ key: StoreKey) throws -> [UInt8]? { try base.read(key) }

    /// Parts of an object as it is stored.
    public func read(_ key: StoreKey, _ ranges: [ByteRange]) throws -> [[UInt8]]? { try base.read(key, ranges) }

    /// Parts of an object as it is stored, to where the caller wants them.
    public func read(_ key: StoreKey, _ ranges: [ByteRange], into place: BytePlacement) throws -> Bool {
        try base.read(key, ranges, into: place)
    }

    /// The object's size in bytes; nil where there is none.
    public func size(_ key: StoreKey) throws -> Int? { try base.size(key) }

    /// The names directly below a key.
    public func list(_ key: StoreKey) throws -> [String] { try base.list(key) }
}
