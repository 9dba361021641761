public import OMEZarr
public import Zarr

/// Coarser levels of an image in a folder of their own, for as long as somebody needs them.
///
/// They are those a conversion would write, made in one pass over the finest level they continue, which is not stored.
public struct ScratchLevels: Sendable {
    /// What is made; its level 0 is the last one that the image has.
    public let plan: PyramidPlan
    /// The levels of the image that are kept, and behind them those made here: readable after ``make(progress:)``.
    public let image: GatheredLevels

    private let source: any ImageSource
    private let folder: String
    private let key: StoreKey

    /// Plans the levels; nothing is written.
    ///
    /// - Parameters:
    ///   - kept: how many levels of the image stay as they are; at least 1.
    ///   - folder: where the levels go; it need not be there yet.
    ///   - key: the group of the image in the folder.
    /// - Throws: ``PyramidError`` where levels of such an image cannot be made, or not in the memory allowed.
    public init(
        of image: any ImageSource, keeping kept: Int, _ options: PyramidOptions, in folder: String, at key: StoreKey
    ) throws {
        source = GatheredLevels([.init(image, level: kept - 1)])
        plan = try PyramidPlan(of: source, options)
        let made = StoredPlan(plan, folder, key)
        self.image = GatheredLevels(
            (0..<kept).map { .init(image, level: $0) } + plan.levels.indices.dropFirst().map { .init(made, level: $0) })
        self.folder = folder
        self.key = key
    }

    /// Makes the levels.
    ///
    /// - Throws: errors of the source and the machine as they are; ``PyramidError`` where it was stopped. What was
    ///   written stays, and goes with the folder.
    public func make(progress: ConversionProgress = ConversionProgress()) throws {
        let store = try DirectoryStore(path: folder, create: true)
        let sinks = try plan.levels.indices.map { level in
            let metadata = try plan.arrayMetadata(level: level)
            let array = try ZarrArray.create(store, key.appending(String(level)), metadata)
            return try LevelSink(
                array, level: level, store: store, order: VisitOrder(plan.grid),
                ledger: ArrayLedger(array.key, metadata, journal: nil))
        }
        let levels = CoarserLevels(all: StoredLevels(plan: plan, sinks: sinks))
        try Cascade(
            plan: plan, source: source, destination: levels, units: .allSeen(key, plan.image), progress: progress
        ).run()
    }
}

/// Stores all levels but the finest.
private struct CoarserLevels: BrickDestination {
    let all: StoredLevels

    func isComplete(_ brick: Brick) -> Bool { false }
    func makeTaker() throws -> any BrickTaker { Taker(all: try all.makeTaker()) }
    func abandon() { all.abandon() }
    var storedBytes: Int { all.storedBytes }

    private final class Taker: BrickTaker {
        private let all: any BrickTaker

        init(all: any BrickTaker) { self.all = all }

        func take(_ brick: Brick, _ pixels: StridedPixels) throws -> Int {
            brick.level == 0 ? 0 : try all.take(brick, pixels)
        }

        func read(_ brick: Brick, into pixels: StridedPixels) throws { try all.read(brick, into: pixels) }
    }
}

/// The arrays of a plan, which need not be there before they are read.
private struct StoredPlan: ImageSource {
    let description: ImageDescription
    private let plan: PyramidPlan
    private let folder: String
    private let key: StoreKey

    init(_ plan: PyramidPlan, _ folder: String, _ key: StoreKey) {
        self.plan = plan
        self.folder = folder
        self.key = key
        var description = plan.image
        description.levels = plan.levels.map {
            .init(shape: $0.shape, scale: $0.scale, translation: $0.translation)
        }
        self.description = description
    }

    func naturalReadShape(level: Int) -> [Int] {
        zip(plan.levels[level].chunkShape, plan.levels[level].shape).map { max(1, min($0, $1)) }
    }

    /// A chunk as stored, as decoded, and in between.
    func readerBytes(level: Int) -> Int {
        plan.levels[level].chunkShape.saturatingProduct(times: 3 * plan.image.type.size)
    }

    func makeReader() throws -> any RegionReader {
        let store = try DirectoryStore(path: folder, create: false)
        return OMEZarrReader(try plan.levels.indices.map { try ZarrArray.open(store, key.appending(String($0))) })
    }
}
