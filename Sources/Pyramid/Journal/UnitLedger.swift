import OMEZarr
import Synchronization
import Zarr

/// Which units of an image are made, and what was seen of the pixels of all of them.
final class UnitLedger: Sendable {
    private let key: StoreKey
    private let journal: Journal?
    /// Nil for all of them.
    private let earlier: Set<Brick>?
    private let total: Mutex<StatisticsCollector>

    /// - Parameters:
    ///   - journal: is told of each unit.
    ///   - level: whose bricks are the units.
    ///   - seen: of units made before this run; those of another level do not count, because the number of threads was
    ///     another.
    init(
        _ key: StoreKey, _ image: ImageDescription, journal: Journal?, level: Int, seen: [Brick: UnitStatistics] = [:]
    ) {
        self.key = key
        self.journal = journal
        var total = StatisticsCollector(image), earlier: Set<Brick> = []
        for (brick, seen) in seen where brick.level == level {
            guard total.add(seen) else { continue }
            earlier.insert(brick)
        }
        self.earlier = earlier
        self.total = Mutex(total)
    }

    /// Of an image about whose pixels nothing needs to be known.
    static func allSeen(_ key: StoreKey, _ image: ImageDescription) -> UnitLedger { UnitLedger(allSeen: key, image) }

    private init(allSeen key: StoreKey, _ image: ImageDescription) {
        self.key = key
        journal = nil
        earlier = nil
        total = Mutex(StatisticsCollector(image))
    }

    /// True where the pixels of a unit were seen before this run.
    func wasSeen(_ unit: Brick) -> Bool { earlier?.contains(unit) ?? true }

    /// Says that a unit is made.
    func note(_ unit: Brick, _ seen: UnitStatistics) throws {
        total.withLock { _ = $0.add(seen) }
        try journal?.note(.unit(image: key, unit, seen), atOnce: true)
    }

    /// What was seen of all units, one for each channel.
    var result: [ChannelStatistics] { total.withLock { $0.result() } }
}
